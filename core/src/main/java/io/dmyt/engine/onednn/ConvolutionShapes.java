package io.dmyt.engine.onednn;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Primitives.Geometry;
import io.dmyt.internal.Text;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of one value.
 *
 * @param to its result's dimensions
 */
record ConvolutionShapes(
    NativeScope scope, Operation.Convolution op, Tensor x, long[] to, Geometry geometry) {

  static ConvolutionShapes of(NativeScope scope, Operation.Convolution op, Tensor x) {
    long[] d = x.format().dims();
    KernelGeometry w = op.kernel();
    long[] to = {d[0], op.channels(), w.outHeight(d[2]), w.outWidth(d[3])};
    return new ConvolutionShapes(scope, op, x, to, Geometry.of(w, d[2], d[3]));
  }

  /**
   * Names one of its primitives and all that its speed depends on.
   *
   * @param pass which
   */
  String text(String pass, boolean biased) {
    Geometry g = geometry;
    boolean plain = x.format().same(Format.plain(scope, x.format().dims()));
    return Text.format(
        "%s%s, weights %s%s, strides %s, gaps %s, padding %s to %s: %s",
        Arrays.toString(x.format().dims()),
        plain ? " row-major" : "",
        Arrays.toString(op.weights().dims()),
        biased ? " and bias" : "",
        Arrays.toString(g.strides()),
        Arrays.toString(g.gaps()),
        Arrays.toString(g.before()),
        Arrays.toString(g.after()),
        pass);
  }

  /** The primitives of a storage, whose weights lie as oneDNN likes. */
  ConvolutionPrimitives primitives(Storage storage, @Nullable Format bias) {
    return primitives(source(storage), storage.precision(), bias, storage);
  }

  /** The same for the weights' gradients, which are floats whatever the storage. */
  ConvolutionPrimitives gradientOfWeights(Storage storage, @Nullable Format bias) {
    return primitives(source(storage), Precision.F32, bias, storage);
  }

  /** The same for the input's gradient, which is stored in the storage's format. */
  ConvolutionPrimitives gradientOfInput(Storage storage) {
    return primitives(storage.format(scope, x.format().dims()), storage.precision(), null, storage);
  }

  private ConvolutionPrimitives primitives(
      Format from, Precision weights, @Nullable Format bias, Storage storage) {
    return new ConvolutionPrimitives(
        scope,
        from,
        Format.any(scope, weights, op.weights().dims()),
        bias,
        storage.format(scope, to),
        geometry);
  }

  /** Whether all channels meet, and the weights lie row-major in one place: (out, all else). */
  boolean denseRowMajor() {
    long[] w = op.weights().dims();
    return op.parts().isEmpty()
        && op.standard() == null
        && w.length == 4
        && w[1] == x.format().dims()[1]
        && Arrays.equals(op.weights().strides(), Parameter.rowMajorStrides(w));
  }

  /** Whether the convolution is a product of matrices, each pixel by itself. */
  boolean pointwise() {
    long[] w = op.weights().dims();
    return denseRowMajor()
        && w[2] * w[3] == 1
        && Arrays.equals(x.format().dims(), new long[] {to[0], w[1], to[2], to[3]});
  }

  /** What a storage reads: oneDNN's kernels for blocks take few channels row-major. */
  Format source(Storage storage) {
    long[] d = x.format().dims();
    boolean few = d[1] < storage.layout().block() && storage.precision() == Precision.F32;
    return few && x.format().same(Format.plain(scope, d)) ? x.format() : storage.format(scope, d);
  }
}
