package io.dmyt.engine.onednn;

import io.dmyt.engine.onednn.Primitives.Geometry;

/**
 * A convolution of one value.
 *
 * @param to its result's dimensions
 */
record ConvolutionShapes(
    NativeScope scope, Op.Convolution op, Tensor x, long[] to, Geometry geometry) {

  static ConvolutionShapes of(NativeScope scope, Op.Convolution op, Tensor x) {
    long[] d = x.format().dims();
    KernelGeometry w = op.window();
    long[] to = {d[0], op.channels(), w.outHeight(d[2]), w.outWidth(d[3])};
    return new ConvolutionShapes(scope, op, x, to, Geometry.of(w, d[2], d[3]));
  }

  /** The primitives of a kind, whose weights lie as oneDNN likes. */
  ConvolutionPrimitives primitives(Kind kind, Format bias) {
    return primitives(source(kind), kind.precision(), bias, kind);
  }

  /** The same for the weights' gradients, which are floats whatever the kind. */
  ConvolutionPrimitives gradientOfWeights(Kind kind, Format bias) {
    return primitives(source(kind), Precision.F32, bias, kind);
  }

  /** The same for the input's gradient, which is stored in the kind's format. */
  ConvolutionPrimitives gradientOfInput(Kind kind) {
    return primitives(kind.format(scope, x.format().dims()), kind.precision(), null, kind);
  }

  private ConvolutionPrimitives primitives(Format from, Precision weights, Format bias, Kind kind) {
    return new ConvolutionPrimitives(
        scope,
        from,
        Format.any(scope, weights, op.weights().dims()),
        bias,
        kind.format(scope, to),
        geometry);
  }

  /** What a kind reads: oneDNN's kernels for blocks take few channels row-major. */
  Format source(Kind kind) {
    long[] d = x.format().dims();
    boolean few = d[1] < kind.layout().block() && kind.precision() == Precision.F32;
    return few && x.format().same(Format.plain(scope, d)) ? x.format() : kind.format(scope, d);
  }
}
