package io.dmyt.engine.onednn;

import io.dmyt.engine.onednn.Emitter.Phase;
import io.dmyt.engine.onednn.Region.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program in the making: the values that there are, their gradients, and the ways back from them.
 */
final class ProgramBuilder {

  /** How to go back through a node. */
  interface Backward {
    /**
     * Adds the operations that take the gradient to the node's inputs.
     *
     * @param dy the gradient of the node's value
     */
    void emit(Tensor dy);
  }

  private final Region region;
  private final Liveness liveness;
  private final Plan plan;
  private final boolean training;
  private final Emitter emit = new Emitter(new NativeScope());
  private final Images images;
  private final Weights weights;

  private final Tensor[] values;
  private final List<List<Tensor>> gradients = new ArrayList<>();
  private final List<Runnable> waysBack = new ArrayList<>();
  private final Map<Integer, String> fused = new LinkedHashMap<>();

  private final Map<Integer, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> epsilons = new LinkedHashMap<>();

  ProgramBuilder(
      Region region, Liveness liveness, Plan plan, boolean training, Parameters parameters) {
    this.region = region;
    this.liveness = liveness;
    this.plan = plan;
    this.training = training;
    this.images = new Images(emit, plan);
    this.weights = new Weights(parameters, emit);
    this.values = new Tensor[region.nodes().size()];
    region.nodes().forEach(n -> gradients.add(new ArrayList<>()));
  }

  boolean training() {
    return training;
  }

  Plan plan() {
    return plan;
  }

  NativeScope scope() {
    return emit.scope();
  }

  Emitter emit() {
    return emit;
  }

  Images images() {
    return images;
  }

  Weights weights() {
    return weights;
  }

  Node node(int n) {
    return region.nodes().get(n);
  }

  /** The node that a node of one input reads. */
  int input(int n) {
    return region.inputs(n).get(0);
  }

  /** A node's value, or null as long as there is none. */
  Tensor value(int n) {
    return values[n];
  }

  /** The only reader of a node's value that nobody wants to see, or -1. */
  int onlyReader(int n) {
    return liveness.onlyReader(n);
  }

  /** Says that the primitive of node {@code by} does what node {@code n} would. */
  void fuse(int n, int by) {
    fused.put(n, "in " + node(by).vertex());
  }

  boolean fused(int n) {
    return fused.containsKey(n);
  }

  /** The tensor over an array that every run is given. */
  Tensor given(Op.Input input, long[] shape) {
    Tensor given = emit.elsewhere(Format.plain(scope(), shape));
    inputs.put(input.number(), given);
    return given;
  }

  /** The value of a node is there, to be stored as images are. */
  void store(int n, Tensor value) {
    values[n] = images.stored(value);
    show(n, value);
  }

  /** The value of a node is there, and stays as it is. */
  void set(int n, Tensor value) {
    values[n] = value;
    show(n, value);
  }

  private void show(int n, Tensor value) {
    if (liveness.wanted(n)) {
      Tensor shown = emit.elsewhere(Format.plain(scope(), value.format().dims()));
      emit.reorder(value, shown);
      outputs.put(node(n).vertex(), shown);
    }
  }

  /** Whether a node's value has use for a gradient. */
  boolean learns(int n) {
    return liveness.learns(n);
  }

  /** A part of the gradient of a node's value. */
  void gradient(int n, Tensor part) {
    gradients.get(n).add(images.stored(part));
  }

  /** Remembers how to go back through a node, if it or anything before it learns. */
  void onBackward(int n, Backward step) {
    if (!training || !learns(n)) {
      return;
    }
    waysBack.add(
        () -> {
          List<Tensor> parts = gradients.get(n);
          emit.vertex(node(n).vertex());
          if (!parts.isEmpty()) {
            step.emit(images.total(parts));
          }
        });
  }

  /**
   * Emits the way back.
   *
   * @param ends the vertices whose gradients will be given
   */
  void goBack(Set<String> ends) {
    emit.into(Phase.BACKWARD);
    outputs.forEach(
        (vertex, shown) -> {
          emit.vertex(vertex);
          int node = region.node(vertex);
          if (learns(node) && ends.contains(vertex)) {
            Tensor given = emit.elsewhere(shown.format());
            epsilons.put(vertex, given);
            gradient(node, given);
          }
        });
    for (int i = waysBack.size() - 1; i >= 0; i--) {
      waysBack.get(i).run();
    }
  }

  Program build(Arena arena) {
    Set<String> flat = new HashSet<>(outputs.keySet());
    flat.removeIf(vertex -> !region.flat(region.node(vertex)));
    return new Program(
        emit,
        arena,
        new Program.Ports(inputs, outputs, flat, epsilons, weights.targets()),
        fusedVertices());
  }

  private Map<String, String> fusedVertices() {
    Map<String, String> byVertex = new LinkedHashMap<>();
    region
        .absorbed()
        .forEach(
            (node, by) -> {
              if (!liveness.live(node) && liveness.live(by)) {
                byVertex.put(node(node).vertex(), "in " + node(by).vertex());
              }
            });
    fused.forEach((node, text) -> byVertex.put(node(node).vertex(), text));
    return byVertex;
  }
}
