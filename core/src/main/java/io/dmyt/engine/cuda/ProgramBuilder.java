package io.dmyt.engine.cuda;

import io.dmyt.engine.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a program is written down in: its steps, where values and gradients are, its kernels. */
final class ProgramBuilder implements AutoCloseable {

  /** What an operation does with its value's gradient. */
  interface Backward {
    void emit(List<Term> gradient);
  }

  private record Way(int node, Backward back) {}

  private final Lowered nodes;
  private final boolean training;
  private final Type type;
  private final DeviceParameters parameters;
  private final KernelModule module = new KernelModule();
  private final WeightCopies weights;
  private final WeightCopies weightGradients;
  private final WeightCopies floats = new WeightCopies(Type.F32);
  private final WeightCopies floatGradients = new WeightCopies(Type.F32);
  private final List<Step> prepare = new ArrayList<>();
  private final List<Step> forward = new ArrayList<>();
  private final List<Step> backward = new ArrayList<>();
  private final List<Way> ways = new ArrayList<>();
  private final Map<Integer, Tensor> values = new HashMap<>();
  private final Map<Integer, List<Term>> gradients = new HashMap<>();
  private List<Step> current = forward;
  private long workspace;
  private @Nullable Tensor scratch;

  ProgramBuilder(Lowered nodes, boolean training, Type type, DeviceParameters parameters) {
    this.nodes = nodes;
    this.training = training;
    this.type = type;
    this.parameters = parameters;
    weights = new WeightCopies(type);
    weightGradients = new WeightCopies(type);
  }

  Lowered nodes() {
    return nodes;
  }

  boolean training() {
    return training;
  }

  DeviceParameters parameters() {
    return parameters;
  }

  KernelModule module() {
    return module;
  }

  WeightCopies weights() {
    return weights;
  }

  WeightCopies weightGradients() {
    return weightGradients;
  }

  /** What images and sequences are stored as; vectors are floats. */
  Type type(int rank) {
    return rank >= 3 ? type : Type.F32;
  }

  /** A new tensor of a node's value's dimensions. */
  Tensor like(int node) {
    long[] dims = nodes.node(node).dims();
    return Tensor.planned(type(dims.length), dims);
  }

  /** Adds a step to the way that is being written. */
  void step(Step step) {
    current.add(step);
  }

  /** Adds a step that is run when parameters have changed. */
  void prepare(Step step) {
    prepare.add(step);
  }

  /** A parameter as a tensor of floats. */
  Tensor parameter(Parameter p) {
    Tensor tensor = Tensor.planned(Type.F32, p.dims());
    floats.tensor(p, tensor);
    return tensor;
  }

  /** Writes terms to a parameter's gradient. */
  void parameterGradient(Parameter p, List<Term> terms) {
    Tensor tensor = Tensor.planned(Type.F32, p.dims());
    add(terms, tensor);
    floatGradients.tensor(p, tensor);
  }

  /** What copies parameters that stay floats. */
  WeightCopies floats() {
    return floats;
  }

  WeightCopies floatGradients() {
    return floatGradients;
  }

  Tensor value(int node) {
    Tensor value = values.get(node);
    if (value == null) {
      throw new IllegalStateException("no value yet of node " + node);
    }
    return value;
  }

  /** Whether a node's value is there already. */
  boolean has(int node) {
    return values.containsKey(node);
  }

  void store(int node, Tensor value) {
    values.put(node, value);
  }

  /** Says how to go back through an operation, once its value's gradient is complete. */
  void onBackward(int node, Backward back) {
    if (training && nodes.node(node).learns()) {
      ways.add(new Way(node, back));
    }
  }

  /** Adds to the gradient of a node's value. */
  void gradient(int node, Term term) {
    gradients.computeIfAbsent(node, n -> new ArrayList<>()).add(term);
  }

  List<Term> gradient(int node) {
    return gradients.getOrDefault(node, List.of());
  }

  /** The gradient of a node's value as a tensor. */
  Tensor whole(int node, List<Term> terms) {
    Tensor value = value(node);
    if (terms.size() == 1 && terms.get(0).plain() && terms.get(0).tensor().type() == value.type()) {
      return terms.get(0).tensor();
    }
    Tensor sum = Tensor.planned(value.type(), value.dims());
    add(terms, sum);
    return sum;
  }

  /** Writes the sum of terms. */
  void add(List<Term> terms, Tensor to) {
    Type narrowest = to.type();
    for (Term term : terms) {
      for (Tensor tensor : term.tensors()) {
        narrowest = tensor.type() == Type.BF16 ? Type.BF16 : narrowest;
      }
    }
    RowKernel kernel = new RowKernel(Rows.of(to.channels(), narrowest), to.rowsPerExample());
    kernel.write(to, Term.sum(kernel, terms));
    step(kernel.map(module, "sum of gradients", to.rows()));
  }

  /**
   * Writes the way back of all that was emitted.
   *
   * @param first steps that come before
   */
  void goBack(List<Step> first) {
    current = backward;
    backward.addAll(first);
    for (int i = ways.size() - 1; i >= 0; i--) {
      List<Term> terms = gradient(ways.get(i).node());
      if (!terms.isEmpty()) {
        ways.get(i).back().emit(terms);
      }
    }
  }

  /**
   * A place for what a library needs while it runs, which all steps share.
   *
   * @param bytes that are needed; the place is as large as the largest
   */
  void needWorkspace(long bytes) {
    workspace = Math.max(workspace, bytes);
  }

  /** The place's address, once the program is bound. */
  long workspace() {
    return scratch == null ? 0 : scratch.address();
  }

  long workspaceBytes() {
    return workspace;
  }

  void workspaceAt(Tensor place) {
    scratch = place;
  }

  List<Step> prepareSteps() {
    return prepare;
  }

  List<Step> forwardSteps() {
    return forward;
  }

  List<Step> backwardSteps() {
    return backward;
  }

  @Override
  public void close() {
    weights.close();
    weightGradients.close();
    floats.close();
    floatGradients.close();
    module.close();
  }
}
