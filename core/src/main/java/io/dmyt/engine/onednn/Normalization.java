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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Emits normalisations of each example for itself, whose statistics are not kept. */
final class Normalization {
  private final ProgramBuilder program;
  private final int node;
  private final String text;
  private final Parameter gamma;
  private final @Nullable Parameter beta;

  private Normalization(
      ProgramBuilder program, int node, String text, Parameter gamma, @Nullable Parameter beta) {
    this.program = program;
    this.node = node;
    this.text = text;
    this.gamma = gamma;
    this.beta = beta;
  }

  /** Layer normalisation of a vector's, a sequence's or an image's features. */
  static void layer(ProgramBuilder program, int node, Operation.LayerNorm op) {
    NativeScope scope = program.scope();
    long[] d = program.dims(node);
    long[] dims = {d[0], d[2] * d[3], d[1]};
    Format statistics = Format.plain(scope, dims[0], dims[1]);
    Normalization norm = new Normalization(program, node, op.text(), op.gamma(), op.beta());
    Function<Storage, Format> view =
        storage ->
            Format.strided(scope, storage.precision(), dims, Parameter.rowMajorStrides(dims));
    Images.Choice choice =
        norm.choose(
            program.policy().channelsLast(),
            view,
            rows ->
                new LayerNormPrimitives(scope, rows, statistics, (float) op.eps(), norm.flags()));
    norm.emit(choice, view.apply(choice.storage()), statistics);
  }

  /** Group normalisation of images. */
  static void group(ProgramBuilder program, int node, Operation.GroupNorm op) {
    NativeScope scope = program.scope();
    long[] d = program.dims(node);
    Normalization norm = new Normalization(program, node, op.text(), op.gamma(), op.beta());
    Function<Storage, Format> view = storage -> storage.format(scope, d);
    Function<Format, Primitives.Differentiable> primitives =
        image -> new GroupNormPrimitives(scope, image, op.groups(), (float) op.eps(), norm.flags());
    Images.Choice choice = norm.choose(program.policy().candidates(), view, primitives);
    if (choice.primitives().stream().anyMatch(Dnnl::slow)) {
      new GroupNormEmitter(program, node, op).emit();
    } else {
      norm.emit(choice, view.apply(choice.storage()), Format.plain(scope, d[0], op.groups()));
    }
  }

  private int flags() {
    return dnnl_use_scale | (beta == null ? 0 : dnnl_use_shift);
  }

  /**
   * @param view how the primitive sees an image of a storage
   */
  private Images.Choice choose(
      List<Storage> candidates,
      Function<Storage, Format> view,
      Function<Format, Primitives.Differentiable> primitives) {
    return program
        .images()
        .choose(
            candidates,
            storage -> primitives.apply(view.apply(storage)).passes(program.training()));
  }

  private void emit(Images.Choice choice, Format seen, Format statistics) {
    Emitter emit = program.emit();
    Images images = program.images();
    Weights weights = program.weights();
    boolean training = program.training();
    int from = program.input(node);
    long[] d = program.dims(node);
    Tensor x = emit.over(seen, emit.inArena(images.as(choice.storage(), program.value(from))));
    Tensor y = images.image(choice.storage(), d);
    List<Arg> kept = new ArrayList<>();
    kept.add(new Arg(DNNL_ARG_SRC, x));
    kept.add(new Arg(DNNL_ARG_SCALE, weights.of(gamma)));
    if (training) {
      kept.add(new Arg(DNNL_ARG_MEAN, emit.tensor(statistics)));
      kept.add(new Arg(DNNL_ARG_VARIANCE, emit.tensor(statistics)));
    }
    List<Arg> args = new ArrayList<>(kept);
    args.add(new Arg(DNNL_ARG_DST, emit.over(seen, y)));
    if (beta != null) {
      args.add(new Arg(DNNL_ARG_SHIFT, weights.of(beta)));
    }
    emit.run(text, choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = emit.inArena(images.as(choice.storage(), dy));
          Tensor dx = images.image(choice.storage(), d);
          List<Arg> back = new ArrayList<>(kept);
          back.add(new Arg(DNNL_ARG_DIFF_DST, emit.over(seen, given)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, emit.over(seen, dx)));
          back.add(new Arg(DNNL_ARG_DIFF_SCALE, weights.gradient(gamma)));
          if (beta != null) {
            back.add(new Arg(DNNL_ARG_DIFF_SHIFT, weights.gradient(beta)));
          }
          emit.run(text + ", gradients", choice.last(), back);
          if (program.learns(from)) {
            program.gradient(from, dx);
          }
        });
  }
}
