package io.dmyt.engine.cuda;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.internal.Text;

/**
 * Emits convolutions of single channels, which are bound by memory: a thread has a few neighbouring
 * channels of a few neighbouring pixels.
 */
final class DepthwiseEmitter {
  private static final int PIXELS = 4;

  private final ProgramBuilder program;
  private final int node;
  private final Operation.Convolution op;
  private final Tensor x;
  private final Tensor y;
  private final Tensor weights;
  private final int width;

  private DepthwiseEmitter(ProgramBuilder program, int node, Operation.Convolution op) {
    this.program = program;
    this.node = node;
    this.op = op;
    x = program.value(program.nodes().node(node).inputs().get(0));
    y = program.like(node);
    KernelGeometry k = op.kernel();
    weights = Tensor.planned(x.type(), (long) k.kernelHeight() * k.kernelWidth(), op.channels());
    width = Rows.of(op.channels(), x.type()).width();
  }

  /** Whether it does a convolution: one whose channels stay as many. */
  static boolean does(Operation.Convolution c) {
    return c.depthwise() && c.parts().isEmpty() && c.channels() == c.groups();
  }

  static void emit(ProgramBuilder program, int node, Operation.Convolution op) {
    new DepthwiseEmitter(program, node, op).emit();
  }

  private void emit() {
    program.weights().depthwise(op, weights);
    slide("depthwise convolution", "depthwise-forward", x, y);
    program.store(node, y);
    int input = program.nodes().node(node).inputs().get(0);
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          weightGradient(dy);
          if (program.nodes().node(input).learns()) {
            Tensor dx = program.like(input);
            slide("depthwise convolution, input", "depthwise-input", dy, dx);
            program.gradient(input, Term.of(dx));
          }
        });
  }

  private void slide(String what, String source, Tensor from, Tensor to) {
    Kernel kernel = program.module().add(source.replace('-', '_'), source(source, width));
    int columns = (int) ((to.dim(3) + PIXELS - 1) / PIXELS);
    long threads = to.dim(0) * to.dim(2) * columns * (op.channels() / width);
    program.step(
        Step.of(
            what,
            () ->
                kernel.launch(
                    Grid.of(threads), from.address(), weights.address(), to.address(), threads),
            from,
            weights,
            to));
  }

  private void weightGradient(Tensor dy) {
    KernelGeometry k = op.kernel();
    int taps = k.kernelHeight() * k.kernelWidth();
    int narrow = Math.min(width, taps > 9 ? 2 : 4);
    Rows rows = Rows.of(op.channels(), narrow);
    int lines = Math.toIntExact(y.dim(0) * y.dim(2));
    Grid grid = rows.partialGrid(lines, 1);
    Tensor partial = Tensor.planned(Type.F32, taps, 1, grid.x(), op.channels());
    Kernel kernel =
        program
            .module()
            .add(
                "depthwise_weights",
                source("depthwise-weights", narrow)
                    .replace("ACROSS", String.valueOf(rows.across()))
                    .replace("DOWN", String.valueOf(rows.down())));
    Step step =
        Step.of(
            "depthwise convolution, weights",
            () -> kernel.launch(grid, x.address(), dy.address(), partial.address(), lines),
            x,
            dy,
            partial);
    program.step(step);
    Tensor dw = Tensor.planned(x.type(), taps, op.channels());
    Kernel finish = program.module().library("sum-plain", x.type());
    program.step(
        Step.of(
            "sums, end",
            () ->
                finish.launch(
                    new Grid((op.channels() + 7) / 8, taps, 1, 256),
                    partial.address(),
                    dw.address(),
                    0,
                    grid.x(),
                    op.channels(),
                    taps,
                    Kernel.bits(1)),
            partial,
            dw));
    program.weightGradients().depthwise(op, dw);
  }

  private String source(String name, int channels) {
    KernelGeometry k = op.kernel();
    long[] before = k.paddingBefore(x.dim(2), x.dim(3));
    String defines =
        Text.format(
            """
        constexpr int C = %d, V = %d, P = %d, H = %d, W = %d, OH = %d, OW = %d;
          constexpr int KH = %d, KW = %d, SH = %d, SW = %d, DH = %d, DW = %d, TOP = %d, LEFT = %d;
        """,
            op.channels(),
            channels,
            PIXELS,
            x.dim(2),
            x.dim(3),
            y.dim(2),
            y.dim(3),
            k.kernelHeight(),
            k.kernelWidth(),
            k.strideHeight(),
            k.strideWidth(),
            k.dilationHeight(),
            k.dilationWidth(),
            before[0],
            before[1]);
    return KernelModule.resource(name + ".cu")
        .replace("SIZES;", defines)
        .replace("TYPE", x.type().code());
  }
}
