package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_resampling_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_resampling_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_resampling_nearest;

import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Emitter.Arg;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Emits the repetition of pixels. */
final class Upsampling {
  private Upsampling() {}

  private record Nearest(NativeScope scope, Format from, Format to, float[] factors)
      implements Primitives.Differentiable {
    @Override
    public dnnl_primitive_desc forward(boolean training) {
      return Primitives.create(
          "resampling_forward",
          scope,
          (d, attributes) ->
              dnnl_resampling_forward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  Primitives.propagation(training),
                  dnnl_resampling_nearest,
                  factors,
                  from.description(),
                  to.description(),
                  attributes));
    }

    @Override
    public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
      return Primitives.create(
          "resampling_backward",
          scope,
          (d, attributes) ->
              dnnl_resampling_backward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  dnnl_resampling_nearest,
                  factors,
                  from.description(),
                  to.description(),
                  forward,
                  attributes));
    }
  }

  static void emit(ProgramBuilder program, int node, Operation.Upsample op) {
    Emitter emit = program.emit();
    Images images = program.images();
    NativeScope scope = program.scope();
    int from = program.input(node);
    long[] d = program.dims(from);
    long[] to = program.dims(node);
    float[] factors = {op.height(), op.width()};
    Images.Choice choice =
        images.choose(
            storage ->
                new Nearest(scope, storage.format(scope, d), storage.format(scope, to), factors)
                    .passes(program.training()));
    Tensor y = images.image(choice.storage(), to);
    emit.run(
        op.text(),
        choice.first(),
        new Arg(DNNL_ARG_SRC, images.as(choice.storage(), program.value(from))),
        new Arg(DNNL_ARG_DST, y));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor dx = images.image(choice.storage(), d);
          emit.run(
              op.text() + ", gradient",
              choice.last(),
              new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)),
              new Arg(DNNL_ARG_DIFF_SRC, dx));
          program.gradient(from, dx);
        });
  }
}
