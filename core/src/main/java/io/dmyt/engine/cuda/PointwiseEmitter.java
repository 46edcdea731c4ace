package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.cuda.Pointwise.Leaf;
import io.dmyt.engine.cuda.RowKernel.Partial;
import io.dmyt.engine.cuda.RowKernel.Segments;
import io.dmyt.internal.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Emits a group of operations on elements, batch norm among them, as one kernel, and its way back:
 * sums over rows where batch norm, a bias or a value that was spread needs them, then the
 * gradients.
 */
final class PointwiseEmitter {
  private final ProgramBuilder program;
  private final Lowered nodes;
  private final int root;
  private final Pointwise group = new Pointwise();
  private final Map<Integer, Integer> reads = new HashMap<>();
  private final Map<Leaf, Operation.BatchNorm> norms = new HashMap<>();
  private final Map<Leaf, Parameter> biases = new HashMap<>();
  private final Tensor result;

  private PointwiseEmitter(ProgramBuilder program, int root) {
    this.program = program;
    nodes = program.nodes();
    this.root = root;
    result = program.like(root);
  }

  /** Emits the group whose last operation is a node's. */
  static void emit(ProgramBuilder program, int root) {
    new PointwiseEmitter(program, root).emit();
  }

  private void emit() {
    compute(root);
    RowKernel kernel = kernel(result.type());
    kernel.write(result, group.values(kernel));
    program.step(kernel.map(program.module(), what(), result.rows()));
    program.store(root, result);
    program.onBackward(root, this::goBack);
  }

  private String what() {
    Operation op = nodes.node(root).op();
    return op == null ? "bias" : op.text();
  }

  private RowKernel kernel(Type extra) {
    Type narrowest = extra;
    for (Leaf leaf : group.leaves()) {
      narrowest = leaf.tensor().type() == Type.BF16 ? Type.BF16 : narrowest;
    }
    return new RowKernel(Rows.of(result.channels(), narrowest), result.rowsPerExample());
  }

  private int compute(int n) {
    Lowered.Node node = nodes.node(n);
    if (n != root && !nodes.fused(n)) {
      // Read twice, as in x · sigmoid(x), it is one leaf, whose gradient has two parts.
      Integer read = reads.get(n);
      if (read == null) {
        read = group.read(leaf(n));
        reads.put(n, read);
      }
      return read;
    }
    if (node.bias() != null) {
      int x = compute(node.inputs().get(0));
      Tensor vector = program.parameter(node.bias());
      Leaf leaf = new Leaf(-1, vector, Spread.CHANNEL, null, true);
      biases.put(leaf, node.bias());
      return group.sum(List.of(x, group.read(leaf)));
    }
    if (node.op() instanceof Operation.BatchNorm norm) {
      return group.read(normalised(node.inputs().get(0), norm));
    }
    if (node.op() instanceof Operation.Elementwise function) {
      return group.apply(function, compute(node.inputs().get(0)));
    }
    List<Integer> parts = node.inputs().stream().map(this::compute).toList();
    return node.op() instanceof Operation.Sum
        ? group.sum(parts)
        : group.product(parts.get(0), parts.get(1));
  }

  private Leaf leaf(int n) {
    Tensor value = program.value(n);
    Spread spread = Spread.of(value.dims(), nodes.node(root).dims());
    return new Leaf(n, value, spread, null, nodes.node(n).learns());
  }

  // Batch norm

  private Leaf normalised(int input, Operation.BatchNorm norm) {
    Tensor x = program.value(input);
    NormVectors vectors = NormEmitter.forward(program, x, norm);
    Leaf leaf = new Leaf(input, x, Spread.FULL, vectors, nodes.node(input).learns());
    norms.put(leaf, norm);
    return leaf;
  }

  // Way back

  private void goBack(List<Term> terms) {
    List<Leaf> learning = group.leaves().stream().filter(this::learns).toList();
    List<Term> gradient = terms;
    if (terms.size() > 1 && (group.onlyAdds() || kernels(learning) > 1)) {
      gradient = List.of(Term.of(program.whole(root, terms)));
    }
    sumOver(Spread.EXAMPLE, learning, gradient);
    sumOver(Spread.POSITION, learning, gradient);
    boolean done = sumOverAll(learning, gradient);
    List<Leaf> full = learning.stream().filter(leaf -> leaf.spread() == Spread.FULL).toList();
    if (group.onlyAdds()) {
      for (Leaf leaf : full) {
        gradient.forEach(term -> program.gradient(leaf.node(), term));
      }
    } else if (!done && !scaled(full, gradient)) {
      writeGradients(full, gradient);
    }
  }

  private boolean learns(Leaf leaf) {
    return leaf.learns() || norms.containsKey(leaf);
  }

  /** How many kernels would read the gradient. */
  private static int kernels(List<Leaf> learning) {
    return (int) learning.stream().map(Leaf::spread).distinct().count()
        + (int) learning.stream().filter(leaf -> leaf.norm() != null).limit(1).count();
  }

  /** A product with a row per example, e.g. of an attention over channels, is left to readers. */
  private boolean scaled(List<Leaf> full, List<Term> gradient) {
    Term term = gradient.get(0);
    List<Leaf> leaves = group.leaves();
    if (gradient.size() != 1 || !term.light() || !group.scales() || full.size() != 1) {
      return false;
    }
    Leaf leaf = full.get(0);
    Leaf other = leaves.get(leaves.get(0).equals(leaf) ? 1 : 0);
    if (other.spread() != Spread.EXAMPLE || leaf.norm() != null) {
      return false;
    }
    program.gradient(leaf.node(), term.times(other.tensor(), Spread.EXAMPLE));
    return true;
  }

  private void writeGradients(List<Leaf> full, List<Term> gradient) {
    if (full.isEmpty()) {
      return;
    }
    RowKernel kernel = kernel(narrowest(gradient));
    write(kernel, full, group.gradients(kernel, Term.sum(kernel, gradient)));
    program.step(kernel.map(program.module(), what() + ", gradient", result.rows()));
  }

  private void write(RowKernel kernel, List<Leaf> full, List<String> gradients) {
    for (Leaf leaf : full) {
      if (!leaf.learns()) {
        continue;
      }
      Tensor to = program.like(leaf.node());
      String g = gradients.get(group.leaves().indexOf(leaf));
      NormVectors norm = leaf.norm();
      kernel.write(
          to,
          norm == null
              ? g
              : Text.format(
                  "%s * %s + %s * %s + %s",
                  kernel.read(norm.scale(), Spread.CHANNEL),
                  g,
                  kernel.read(norm.slope(), Spread.CHANNEL),
                  kernel.read(leaf.tensor(), Spread.FULL),
                  kernel.read(norm.offset(), Spread.CHANNEL)));
      program.gradient(leaf.node(), Term.of(to));
    }
  }

  private static Type narrowest(List<Term> terms) {
    for (Term term : terms) {
      for (Tensor tensor : term.tensors()) {
        if (tensor.type() == Type.BF16) {
          return Type.BF16;
        }
      }
    }
    return Type.F32;
  }

  /** Gradients of values that have a row per example, or per place. */
  private void sumOver(Spread spread, List<Leaf> learning, List<Term> gradient) {
    List<Leaf> spreadLeaves = learning.stream().filter(leaf -> leaf.spread() == spread).toList();
    if (spreadLeaves.isEmpty()) {
      return;
    }
    RowKernel kernel = kernel(narrowest(gradient));
    List<String> gradients = group.gradients(kernel, Term.sum(kernel, gradient));
    for (Leaf leaf : spreadLeaves) {
      kernel.sum(gradients.get(group.leaves().indexOf(leaf)));
    }
    Partial partial = kernel.sums(program.module(), what() + ", sums", Segments.of(result, spread));
    program.step(partial.step());
    for (int i = 0; i < spreadLeaves.size(); i++) {
      Leaf leaf = spreadLeaves.get(i);
      Tensor to = program.like(leaf.node());
      program.step(Sums.finish(program.module(), partial, i, to, 1));
      program.gradient(leaf.node(), Term.of(to));
    }
  }

  /**
   * Gradients of what belongs to a channel. Where no batch norm waits for the sums, the same kernel
   * writes the other gradients.
   *
   * @return whether it did
   */
  private boolean sumOverAll(List<Leaf> learning, List<Term> gradient) {
    List<Leaf> normed = learning.stream().filter(leaf -> leaf.norm() != null).toList();
    List<Leaf> channels =
        learning.stream().filter(leaf -> leaf.spread() == Spread.CHANNEL).toList();
    if (normed.isEmpty() && channels.isEmpty()) {
      return false;
    }
    RowKernel kernel = kernel(narrowest(gradient));
    List<String> gradients = group.gradients(kernel, Term.sum(kernel, gradient));
    for (Leaf leaf : normed) {
      String g = gradients.get(group.leaves().indexOf(leaf));
      NormVectors norm = Objects.requireNonNull(leaf.norm());
      kernel.sum(g);
      kernel.sum(
          Text.format(
              "%s * (%s - %s) * %s",
              g,
              kernel.read(leaf.tensor(), Spread.FULL),
              kernel.read(norm.mean(), Spread.CHANNEL),
              kernel.read(norm.inverse(), Spread.CHANNEL)));
    }
    for (Leaf leaf : channels) {
      kernel.sum(gradients.get(group.leaves().indexOf(leaf)));
    }
    boolean writes = normed.isEmpty() && !group.onlyAdds();
    if (writes) {
      write(
          kernel,
          learning.stream().filter(leaf -> leaf.spread() == Spread.FULL).toList(),
          gradients);
    }
    Partial partial =
        kernel.sums(program.module(), what() + ", sums", Segments.of(result, Spread.CHANNEL));
    program.step(partial.step());
    for (int i = 0; i < normed.size(); i++) {
      Leaf leaf = normed.get(i);
      NormEmitter.backward(
          program,
          partial,
          2 * i,
          result.rows(),
          Objects.requireNonNull(norms.get(leaf)),
          Objects.requireNonNull(leaf.norm()));
    }
    for (int i = 0; i < channels.size(); i++) {
      finishChannel(channels.get(i), partial, 2 * normed.size() + i);
    }
    return writes;
  }

  private void finishChannel(Leaf leaf, Partial partial, int which) {
    Parameter bias = biases.get(leaf);
    Tensor to =
        bias == null
            ? program.like(leaf.node())
            : Tensor.at(program.parameters().gradientAddress(bias), Type.F32, bias.length());
    program.step(Sums.finish(program.module(), partial, which, to, 1));
    if (bias == null) {
      program.gradient(leaf.node(), Term.of(to));
    }
  }
}
