package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.engine.onednn.Primitives.Geometry;
import java.util.ArrayList;
import java.util.List;

/** Emits pooling. */
final class Pooling {
  private Pooling() {}

  /**
   * @param algorithm oneDNN's name
   */
  static void emit(ProgramBuilder program, int node, int algorithm, KernelGeometry window) {
    Emitter emit = program.emit();
    Images images = program.images();
    NativeScope scope = program.scope();
    boolean training = program.training();
    int from = program.input(node);
    Tensor x = program.value(from);
    long[] d = x.format().dims();
    long[] to = {d[0], d[1], window.outHeight(d[2]), window.outWidth(d[3])};
    Geometry g = Geometry.of(window, d[2], d[3]);
    Images.Choice choice =
        images.choose(
            kind ->
                new Primitives.Pool(
                        scope, algorithm, kind.format(scope, d), kind.format(scope, to), g)
                    .passes(training));
    List<Arg> workspace = emit.workspace(choice.first());
    Tensor y = images.image(choice.kind(), to);
    List<Arg> args = new ArrayList<>(workspace);
    args.add(new Arg(DNNL_ARG_SRC, images.as(choice.kind(), x)));
    args.add(new Arg(DNNL_ARG_DST, y));
    emit.run("pooling", choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor dx = images.image(choice.kind(), d);
          List<Arg> back = new ArrayList<>(workspace);
          back.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, dx));
          emit.run("pooling, gradient", choice.last(), back);
          program.gradient(from, dx);
        });
  }
}
