package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Emits the way back through softmax along the last dimension of row-major tensors: y (dy − Σ y
 * dy), the sum over the row. Without AVX-512 oneDNN has reference code alone for it; there it is
 * made of products and a difference, and each row's sum is a product with ones.
 */
final class SoftmaxGradient {
  private final Emitter emit;
  private final Precision precision;
  private final Format rows;

  /**
   * @param y softmax's result, in the arena
   */
  SoftmaxGradient(Emitter emit, Precision precision, Tensor y) {
    this.emit = emit;
    this.precision = precision;
    long[] d = y.format().dims();
    long last = d[d.length - 1];
    long[] dims = {Arrays.stream(d).reduce(1, Math::multiplyExact) / last, last};
    rows = Format.strided(emit.scope(), precision, dims, Parameter.rowMajorStrides(dims));
  }

  /**
   * @param gradient oneDNN's primitive
   * @param dx where it goes; may be {@code dy}
   */
  void emit(dnnl_primitive_desc gradient, Tensor y, Tensor dy, Tensor dx) {
    if (Dnnl.slow(gradient)) {
      emitProducts(y, dy, dx);
    } else {
      emit.run(
          "softmax, gradient",
          gradient,
          new Arg(DNNL_ARG_DST, y),
          new Arg(DNNL_ARG_DIFF_DST, dy),
          new Arg(DNNL_ARG_DIFF_SRC, dx));
    }
  }

  /** The same without oneDNN's primitive. */
  void emitProducts(Tensor y, Tensor dy, Tensor dx) {
    long width = rows.dims()[1];
    Tensor shares = emit.over(rows, y);
    Tensor given = emit.over(rows, dy);
    Tensor result = emit.over(rows, dx);
    Tensor product = emit.tensor(rows);
    Tensor sums = emit.tensor(rows);
    Tensor ones = emit.ones(precision, width, width);
    combine(dnnl_binary_mul, given, shares, product);
    emit.run(
        "softmax, sums of gradients",
        Primitives.matmul(emit.scope(), rows, ones.format(), rows, 1),
        new Arg(DNNL_ARG_SRC, product),
        new Arg(DNNL_ARG_WEIGHTS, ones),
        new Arg(DNNL_ARG_DST, sums));
    combine(dnnl_binary_sub, given, sums, result);
    combine(dnnl_binary_mul, result, shares, result);
  }

  private void combine(int algorithm, Tensor a, Tensor b, Tensor to) {
    emit.run(
        "softmax, gradient",
        Primitives.binary(emit.scope(), algorithm, rows, rows, rows),
        new Arg(DNNL_ARG_SRC_0, a),
        new Arg(DNNL_ARG_SRC_1, b),
        new Arg(DNNL_ARG_DST, to));
  }
}
