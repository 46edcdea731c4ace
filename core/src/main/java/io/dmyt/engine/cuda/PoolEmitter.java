package io.dmyt.engine.cuda;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Operation.Pooling;
import io.dmyt.engine.UnsupportedShapeException;
import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.engine.cuda.RowKernel.Partial;
import io.dmyt.engine.cuda.RowKernel.Segments;
import io.dmyt.internal.Text;

/** Emits pooling by windows and over whole images. */
final class PoolEmitter {
  /** Windows whose places a byte can count. */
  private static final int MOST_TAPS = 255;

  private PoolEmitter() {}

  static void emit(ProgramBuilder program, int node, Pooling pooling, KernelGeometry k) {
    int input = program.nodes().node(node).inputs().get(0);
    Tensor x = program.value(input);
    Tensor y =
        Tensor.planned(x.type(), x.dim(0), x.dim(1), k.outHeight(x.dim(2)), k.outWidth(x.dim(3)));
    boolean max = pooling == Pooling.MAX;
    if (max && k.kernelHeight() * k.kernelWidth() > MOST_TAPS) {
      throw new UnsupportedShapeException("a window of more than 255 pixels");
    }
    String sizes = sizes(x, y, k, pooling);
    int width = Rows.of(x.channels(), x.type()).width();
    String kind = max ? "max" : "average";
    Kernel forward = kernel(program, "pool-" + kind, x.type(), sizes);
    long threads = y.length() / width;
    // Where each maximum was, for the way back.
    Tensor places = max ? Tensor.planned(Type.BYTE, y.dims()) : y;
    program.step(
        Step.of(
            "pooling",
            () ->
                forward.launch(
                    Grid.of(threads), x.address(), y.address(), places.address(), threads),
            x,
            y,
            places));
    program.store(node, y.as(program.nodes().node(node).dims()));
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          Tensor dx = program.like(input);
          Kernel back = kernel(program, "pool-" + kind + "-back", x.type(), sizes);
          long pixels = dx.length() / width;
          program.step(
              Step.of(
                  "pooling, gradient",
                  () ->
                      back.launch(
                          Grid.of(pixels), dy.address(), dx.address(), places.address(), pixels),
                  dy,
                  dx,
                  places));
          program.gradient(input, Term.of(dx));
        });
  }

  private static Kernel kernel(ProgramBuilder program, String name, Type type, String sizes) {
    String source =
        KernelModule.resource(name + ".cu").replace("SIZES;", sizes).replace("TYPE", type.code());
    return program.module().add(name.replace('-', '_'), source);
  }

  private static String sizes(Tensor x, Tensor y, KernelGeometry k, Pooling pooling) {
    long[] before = k.paddingBefore(x.dim(2), x.dim(3));
    return Text.format(
        """
        constexpr int C = %d, V = %d, H = %d, W = %d, OH = %d, OW = %d;
          constexpr int KH = %d, KW = %d, SH = %d, SW = %d, DH = %d, DW = %d, TOP = %d, LEFT = %d;
          constexpr bool ALL = %b;
        """,
        x.channels(),
        Rows.of(x.channels(), x.type()).width(),
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
        before[1],
        pooling == Pooling.AVERAGE_WITH_PADDING);
  }

  static void emit(ProgramBuilder program, int node, Operation.GlobalPool op) {
    int input = program.nodes().node(node).inputs().get(0);
    Tensor x = program.value(input);
    if (op.pooling() == Pooling.MAX) {
      emit(program, node, op.pooling(), KernelGeometry.whole(x.dim(2), x.dim(3)));
      return;
    }
    Tensor y = program.like(node);
    float share = 1f / x.rowsPerExample();
    RowKernel kernel = new RowKernel(Rows.of(x.channels(), x.type()), x.rowsPerExample());
    kernel.sum(kernel.read(x, Spread.FULL));
    Partial partial =
        kernel.sums(program.module(), "global pooling", Segments.of(x, Spread.EXAMPLE));
    program.step(partial.step());
    program.step(Sums.finish(program.module(), partial, 0, y, share));
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          program.gradient(input, Term.of(dy, Spread.EXAMPLE, share));
        });
  }
}
