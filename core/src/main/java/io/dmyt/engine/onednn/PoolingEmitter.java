package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.engine.onednn.Primitives.Geometry;
import java.util.ArrayList;
import java.util.List;

/** Emits pooling. */
final class PoolingEmitter {
  private PoolingEmitter() {}

  static void emit(
      ProgramBuilder program, int node, Operation.Pooling pooling, KernelGeometry window) {
    int algorithm =
        switch (pooling) {
          case MAX -> dnnl_pooling_max;
          case AVERAGE -> dnnl_pooling_avg_exclude_padding;
          case AVERAGE_WITH_PADDING -> dnnl_pooling_avg_include_padding;
        };
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
            storage ->
                new Primitives.Pool(
                        scope, algorithm, storage.format(scope, d), storage.format(scope, to), g)
                    .passes(training));
    List<Arg> workspace = emit.workspace(choice.first());
    Tensor y = images.image(choice.storage(), to);
    List<Arg> args = new ArrayList<>(workspace);
    args.add(new Arg(DNNL_ARG_SRC, images.as(choice.storage(), x)));
    args.add(new Arg(DNNL_ARG_DST, y));
    emit.run("pooling", choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor dx = images.image(choice.storage(), d);
          List<Arg> back = new ArrayList<>(workspace);
          back.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, dx));
          emit.run("pooling, gradient", choice.last(), back);
          program.gradient(from, dx);
        });
  }
}
