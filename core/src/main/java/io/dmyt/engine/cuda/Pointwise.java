package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation.Elementwise;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operations on elements that one kernel does: values are read, normalised, added, multiplied and
 * mapped, and the last one is written. On the way back the kernel computes them again, which costs
 * less than to have stored them.
 */
final class Pointwise {

  /**
   * A tensor that is read.
   *
   * @param node of the program, or -1 for a parameter
   * @param norm batch norm on the way in, or null
   */
  record Leaf(int node, Tensor tensor, Spread spread, @Nullable NormVectors norm, boolean learns) {}

  private sealed interface Op {}

  private record Read(int leaf) implements Op {}

  private record Apply(int x, Elementwise function) implements Op {}

  private record Add(List<Integer> parts) implements Op {}

  private record Multiply(int left, int right) implements Op {}

  private final List<Leaf> leaves = new ArrayList<>();
  private final List<Op> ops = new ArrayList<>();

  int read(Leaf leaf) {
    leaves.add(leaf);
    return add(new Read(leaves.size() - 1));
  }

  int apply(Elementwise function, int x) {
    return add(new Apply(x, function));
  }

  int sum(List<Integer> parts) {
    return add(new Add(List.copyOf(parts)));
  }

  int product(int left, int right) {
    return add(new Multiply(left, right));
  }

  private int add(Op op) {
    ops.add(op);
    return ops.size() - 1;
  }

  List<Leaf> leaves() {
    return leaves;
  }

  /** Whether the result is a sum in which each leaf occurs once, as it is. */
  boolean onlyAdds() {
    List<Integer> parts = new ArrayList<>();
    for (Op op : ops) {
      if (op instanceof Add add) {
        parts.addAll(add.parts());
      } else if (!(op instanceof Read)) {
        return false;
      }
    }
    return parts.stream().distinct().count() == parts.size()
        && leaves.stream().allMatch(leaf -> leaf.norm() == null);
  }

  /** Whether it is the product of two leaves and nothing else. */
  boolean scales() {
    return ops.size() == 3
        && ops.get(0) instanceof Read
        && ops.get(1) instanceof Read
        && ops.get(2) instanceof Multiply;
  }

  /** Adds lines that compute all values. Returns the last one's variable. */
  String values(RowKernel kernel) {
    for (int i = 0; i < ops.size(); i++) {
      kernel.line(Text.format("const float v%d = %s;", i, value(kernel, ops.get(i))));
    }
    return "v" + (ops.size() - 1);
  }

  private String value(RowKernel kernel, Op op) {
    if (op instanceof Read read) {
      Leaf leaf = leaves.get(read.leaf());
      String x = kernel.read(leaf.tensor(), leaf.spread());
      NormVectors norm = leaf.norm();
      return norm == null
          ? x
          : Text.format(
              "%s * %s + %s",
              kernel.read(norm.scale(), Spread.CHANNEL),
              x,
              kernel.read(norm.shift(), Spread.CHANNEL));
    }
    if (op instanceof Apply apply) {
      return Functions.value(apply.function(), "v" + apply.x());
    }
    if (op instanceof Add add) {
      return String.join(" + ", add.parts().stream().map(part -> "v" + part).toList());
    }
    Multiply product = (Multiply) op;
    return Text.format("v%d * v%d", product.left(), product.right());
  }

  /**
   * Adds lines that compute the gradients of what the leaves give, after batch norm.
   *
   * @param gradient of the result, an expression
   * @return a variable for each leaf
   */
  List<String> gradients(RowKernel kernel, String gradient) {
    values(kernel);
    List<List<String>> parts = new ArrayList<>();
    ops.forEach(op -> parts.add(new ArrayList<>()));
    parts.get(ops.size() - 1).add(gradient);
    List<String> ofLeaves = new ArrayList<>(leaves.stream().map(leaf -> "0.f").toList());
    for (int i = ops.size() - 1; i >= 0; i--) {
      String g = "g" + i;
      kernel.line(Text.format("const float %s = %s;", g, String.join(" + ", parts.get(i))));
      Op op = ops.get(i);
      if (op instanceof Read read) {
        ofLeaves.set(read.leaf(), g);
      } else if (op instanceof Apply apply) {
        String derivative = Functions.derivative(apply.function(), "v" + apply.x(), "v" + i);
        parts.get(apply.x()).add(g + " * " + derivative);
      } else if (op instanceof Add add) {
        add.parts().forEach(part -> parts.get(part).add(g));
      } else {
        Multiply product = (Multiply) op;
        parts.get(product.left()).add(Text.format("%s * v%d", g, product.right()));
        parts.get(product.right()).add(Text.format("%s * v%d", g, product.left()));
      }
    }
    return ofLeaves;
  }
}
