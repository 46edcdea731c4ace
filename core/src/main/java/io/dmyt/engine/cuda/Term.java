package io.dmyt.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a value's gradient: a tensor, spread over the value, times a number and perhaps times
 * another tensor. It is computed where it is read, so that it takes no memory.
 */
record Term(
    Tensor tensor, Spread spread, @Nullable Tensor factor, Spread factorSpread, float scale) {

  static Term of(Tensor tensor) {
    return new Term(tensor, Spread.FULL, null, Spread.FULL, 1);
  }

  static Term of(Tensor tensor, Spread spread, float scale) {
    return new Term(tensor, spread, null, Spread.FULL, scale);
  }

  Term times(Tensor other, Spread otherSpread) {
    return new Term(tensor, spread, other, otherSpread, scale);
  }

  Term times(float number) {
    return new Term(tensor, spread, factor, factorSpread, scale * number);
  }

  /** Whether the tensor is the gradient as it is. */
  boolean plain() {
    return spread == Spread.FULL && factor == null && scale == 1;
  }

  /** Whether it reads one tensor of the value's size at most, and no second one. */
  boolean light() {
    return factor == null;
  }

  List<Tensor> tensors() {
    List<Tensor> all = new ArrayList<>(List.of(tensor));
    if (factor != null) {
      all.add(factor);
    }
    return all;
  }

  /** In a kernel. */
  String code(RowKernel kernel) {
    String code = kernel.read(tensor, spread);
    if (factor != null) {
      code += " * " + kernel.read(factor, factorSpread);
    }
    return scale == 1 ? code : scale + "f * " + code;
  }

  /** The sum of some in a kernel. */
  static String sum(RowKernel kernel, List<Term> terms) {
    return String.join(" + ", terms.stream().map(term -> term.code(kernel)).toList());
  }
}
