package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.ArrayList;
import java.util.List;

/** Emits layer normalisation of a vector's or a sequence's features. */
final class LayerNorm {
  private LayerNorm() {}

  static void emit(ProgramBuilder program, int node, Operation.LayerNorm op) {
    Emitter emit = program.emit();
    NativeScope scope = program.scope();
    Images images = program.images();
    Weights weights = program.weights();
    boolean training = program.training();
    int from = program.input(node);
    long[] d = program.value(from).format().dims();
    long[] dims = {d[0], d[2] * d[3], d[1]};
    Format statistics = Format.plain(scope, dims[0], dims[1]);
    int flags = dnnl_use_scale | (op.beta() == null ? 0 : dnnl_use_shift);
    Images.Choice choice =
        images.choose(
            program.policy().channelsLast(),
            storage ->
                new SequencePrimitives.Norm(
                        scope, rows(scope, storage, dims), statistics, (float) op.eps(), flags)
                    .passes(training));
    Format rows = rows(scope, choice.storage(), dims);
    Tensor x = emit.over(rows, emit.inArena(images.as(choice.storage(), program.value(from))));
    Tensor y = images.image(choice.storage(), d);
    List<Arg> kept = new ArrayList<>();
    kept.add(new Arg(DNNL_ARG_SRC, x));
    kept.add(new Arg(DNNL_ARG_SCALE, weights.of(op.gamma())));
    if (training) {
      kept.add(new Arg(DNNL_ARG_MEAN, emit.tensor(statistics)));
      kept.add(new Arg(DNNL_ARG_VARIANCE, emit.tensor(statistics)));
    }
    List<Arg> args = new ArrayList<>(kept);
    args.add(new Arg(DNNL_ARG_DST, emit.over(rows, y)));
    if (op.beta() != null) {
      args.add(new Arg(DNNL_ARG_SHIFT, weights.of(op.beta())));
    }
    emit.run(op.text(), choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = emit.inArena(images.as(choice.storage(), dy));
          Tensor dx = images.image(choice.storage(), d);
          List<Arg> back = new ArrayList<>(kept);
          back.add(new Arg(DNNL_ARG_DIFF_DST, emit.over(rows, given)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, emit.over(rows, dx)));
          back.add(new Arg(DNNL_ARG_DIFF_SCALE, weights.gradient(op.gamma())));
          if (op.beta() != null) {
            back.add(new Arg(DNNL_ARG_DIFF_SHIFT, weights.gradient(op.beta())));
          }
          emit.run(op.text() + ", gradients", choice.last(), back);
          if (program.learns(from)) {
            program.gradient(from, dx);
          }
        });
  }

  private static Format rows(NativeScope scope, Storage storage, long[] dims) {
    return Format.strided(scope, storage.precision(), dims, Parameter.rowMajorStrides(dims));
  }
}
