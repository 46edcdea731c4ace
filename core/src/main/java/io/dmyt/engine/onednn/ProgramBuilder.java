package io.dmyt.engine.onednn;

import io.dmyt.engine.Liveness;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Region;
import io.dmyt.engine.Region.Node;
import io.dmyt.engine.RegionProgram;
import io.dmyt.engine.onednn.Emitter.Phase;
import io.dmyt.engine.onednn.Program.Port;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  private final RegionProgram source;
  private final Region region;
  private final Liveness liveness;
  private final StoragePolicy policy;
  private final Parameters parameters;
  private final Emitter emit = new Emitter(new NativeScope());
  private final Images images;
  private final Weights weights;

  private final Tensor[] values;
  private final List<List<Tensor>> gradients = new ArrayList<>();
  private final List<Runnable> waysBack = new ArrayList<>();
  private final Map<Integer, String> fused = new LinkedHashMap<>();

  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Port> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> epsilons = new LinkedHashMap<>();
  private final Map<String, Port> inputGradients = new LinkedHashMap<>();

  /**
   * @param tuner measures, or null: everything is chosen by rule
   */
  ProgramBuilder(
      RegionProgram source, StoragePolicy policy, Parameters parameters, @Nullable Tuner tuner) {
    this.source = source;
    this.region = source.region();
    this.liveness = source.liveness();
    this.policy = policy;
    this.parameters = parameters;
    this.images = new Images(emit, policy, tuner);
    this.weights = new Weights(parameters, region::learns, emit);
    this.values = new Tensor[region.nodes().size()];
    region.nodes().forEach(n -> gradients.add(new ArrayList<>()));
  }

  boolean training() {
    return source.training();
  }

  StoragePolicy policy() {
    return policy;
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

  /** The shape of a live node's value. */
  long[] shape(int n) {
    return source.shape(n);
  }

  /** The dimensions of the image that a live node's value is stored as. */
  long[] dims(int n) {
    return Sequences.image(source.shape(n));
  }

  /** A live node's value as ND4J has it: row-major floats. */
  Format plain(int n) {
    return Sequences.plain(scope(), source.shape(n));
  }

  /** The nodes behind a node that its primitive may do as well. */
  List<Integer> chainBehind(int n) {
    return liveness.chainBehind(n);
  }

  /** The only reader of a node's value that nobody wants to see, or -1. */
  int onlyReader(int n) {
    return liveness.onlyReader(n);
  }

  /**
   * Whether the memory of a tensor may be overwritten by the primitive that does a node and those
   * in {@code chain}: no node that comes later reads what lies there.
   */
  boolean isLastUse(Tensor tensor, int node, Collection<Integer> chain) {
    if (!tensor.arena()) {
      return false;
    }
    for (int n = 0; n < values.length; n++) {
      if (values[n] != null
          && values[n].place() == tensor.place()
          && liveness.readers(n).stream().anyMatch(r -> r > node && !chain.contains(r))) {
        return false;
      }
    }
    return true;
  }

  /** Says that the primitive of node {@code by} does what node {@code n} would. */
  void fuse(int n, int by) {
    fused.put(n, "in " + node(by).vertex());
  }

  boolean fused(int n) {
    return fused.containsKey(n);
  }

  /** The tensor over an array that every run is given. */
  Tensor given(int n, Operation.Input input) {
    Tensor given = emit.elsewhere(plain(n));
    inputs.put(input.vertex(), given);
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
      Tensor shown = emit.elsewhere(plain(n));
      emit.reorder(value, shown);
      outputs.put(node(n).vertex(), new Port(shown, source.shape(n)));
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
    if (!training() || !learns(n)) {
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

  /** Remembers what to do on the way back without a gradient, whatever learns. */
  void onEachBackward(int n, Runnable step) {
    waysBack.add(
        () -> {
          emit.vertex(node(n).vertex());
          step.run();
        });
  }

  /** Whether the gradient of a parameter of a node's operation is of use. */
  boolean learns(Operation op) {
    return region.learns(op);
  }

  /** Emits the way back from the ends to the parameters and to the inputs that learn. */
  void goBack() {
    emit.into(Phase.BACKWARD);
    outputs.forEach(
        (vertex, shown) -> {
          emit.vertex(vertex);
          int node = region.node(vertex);
          if (learns(node) && region.ends().contains(vertex)) {
            Tensor given = emit.elsewhere(shown.tensor().format());
            epsilons.put(vertex, given);
            gradient(node, given);
          }
        });
    for (int i = waysBack.size() - 1; i >= 0; i--) {
      waysBack.get(i).run();
    }
    for (int n = 0; n < gradients.size(); n++) {
      if (region.op(n) instanceof Operation.Input input && !gradients.get(n).isEmpty()) {
        emit.vertex(input.vertex());
        Tensor shown = emit.elsewhere(plain(n));
        emit.reorder(images.total(gradients.get(n)), shown);
        inputGradients.put(input.vertex(), new Port(shown, source.shape(n)));
      }
    }
  }

  Program build(Arena arena, Threads threads) {
    return new Program(
        emit,
        arena,
        new Program.Ports(inputs, outputs, epsilons, inputGradients, weights.targets()),
        fusedVertices(),
        parameters,
        threads);
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
