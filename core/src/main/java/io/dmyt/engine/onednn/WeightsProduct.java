package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Emits the gradient of a convolution's weights as a product of matrices, each pixel of the result
 * a row, in bfloat16. It writes row-major floats, as the network has its gradients.
 */
final class WeightsProduct {
  private static final Storage ROWS = new Storage(Precision.BF16, Layout.NHWC);

  /** More pixels, or fewer channels, and the convolution's own kernel is as fast. */
  private static final long MOST_PIXELS = 64;

  private static final long FEWEST_CHANNELS = 256;

  private final ProgramBuilder program;
  private final NativeScope scope;
  private final Emitter emit;
  private final Operation.Convolution op;
  private final ConvolutionShapes shapes;
  private final String text;

  /**
   * @param text what the convolution is called
   */
  WeightsProduct(
      ProgramBuilder program, Operation.Convolution op, ConvolutionShapes shapes, String text) {
    this.program = program;
    this.scope = program.scope();
    this.emit = program.emit();
    this.op = op;
    this.shapes = shapes;
    this.text = text;
  }

  /**
   * Whether it is faster than the convolution's own kernel: by up to 60 % for 1×1 convolutions, and
   * by half for large ones over images so small that the kernel's registers are mostly empty, as in
   * the last stage of a ResNet.
   *
   * @param implementation oneDNN's name of that kernel
   */
  boolean faster(String implementation) {
    if (shapes.pointwise()) {
      return implementation.startsWith("jit_bf16_1x1");
    }
    return shapes.denseRowMajor()
        && implementation.startsWith("jit_bf16:")
        && shapes.to()[2] * shapes.to()[3] <= MOST_PIXELS
        && Math.min(channels(), op.channels()) >= FEWEST_CHANNELS;
  }

  private long channels() {
    return shapes.x().format().dims()[1];
  }

  void emit(Tensor dy) {
    Tensor x = emit.inArena(program.images().as(ROWS, shapes.x()));
    Tensor to = emit.inArena(program.images().as(ROWS, dy));
    long out = op.channels();
    long pixels = shapes.to()[0] * shapes.to()[2] * shapes.to()[3];
    long in = op.weights().length() / out;
    Format left =
        Format.strided(scope, Precision.BF16, new long[] {out, pixels}, new long[] {1, out});
    Format right =
        Format.strided(scope, Precision.BF16, new long[] {pixels, in}, new long[] {in, 1});
    Tensor read = shapes.pointwise() ? emit.over(right, x) : Columns.of(shapes, x, right, emit);
    Tensor dw = program.weights().gradientMatrix(op.weights());
    dnnl_primitive_desc product =
        Dnnl.instead(
            name -> name.equals("brg_matmul:avx512_core_bf16"),
            "gemm:jit",
            () -> Primitives.matmul(scope, left, right, dw.format(), 1));
    emit.run(
        text + ", weights' gradient",
        product,
        new Arg(DNNL_ARG_SRC, emit.over(left, to)),
        new Arg(DNNL_ARG_WEIGHTS, read),
        new Arg(DNNL_ARG_DST, dw));
    if (op.bias() != null) {
      bias(op.bias(), to, pixels);
    }
  }

  /** The bias's gradient, the sum over all pixels, as their product with ones. */
  private void bias(Parameter vector, Tensor dy, long pixels) {
    long out = op.channels();
    Format rows =
        Format.strided(scope, Precision.BF16, new long[] {pixels, out}, new long[] {out, 1});
    Tensor ones = emit.ones(Precision.BF16, 1, pixels);
    Tensor gradient = program.weights().gradientRow(vector);
    emit.run(
        text + ", bias's gradient",
        Primitives.matmul(scope, ones.format(), rows, gradient.format(), 1),
        new Arg(DNNL_ARG_SRC, ones),
        new Arg(DNNL_ARG_WEIGHTS, emit.over(rows, dy)),
        new Arg(DNNL_ARG_DST, gradient));
  }
}
