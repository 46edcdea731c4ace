package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Emits a convolution for training: its result, its weights' gradient and its input's. */
final class TrainedConvolution {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final Images images;
  private final int node;
  private final Operation.Convolution op;
  private final String text;
  private final ConvolutionShapes shapes;
  private final @Nullable Format bias;

  /**
   * @param text what it is called
   */
  TrainedConvolution(ProgramBuilder program, int node, Operation.Convolution op, String text) {
    this.program = program;
    this.emit = program.emit();
    this.images = program.images();
    this.node = node;
    this.op = op;
    this.text = text;
    Tensor x = program.value(program.input(node));
    this.shapes = ConvolutionShapes.of(program.scope(), op, x);
    this.bias = op.bias() == null ? null : Format.plain(program.scope(), op.channels());
  }

  void emit() {
    Images.Choice choice =
        images.fastest(shapes.text("training", bias != null), storage -> List.of(forward(storage)));
    Tensor weights = program.weights().of(op);
    Tensor y = images.image(choice.storage(), shapes.to());
    List<Arg> args = new ArrayList<>();
    args.add(source(choice.storage()));
    args.add(new Arg(DNNL_ARG_DST, y));
    Format chosen = images.chosen(choice.first(), dnnl_query_weights_md);
    args.add(new Arg(DNNL_ARG_WEIGHTS, emit.in(chosen, weights)));
    if (op.bias() != null) {
      args.add(new Arg(DNNL_ARG_BIAS, program.weights().of(op.bias())));
    }
    emit.run(text, choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          if (program.learns(op)) {
            weightsGradient(dy);
          }
          if (program.learns(program.input(node))) {
            inputGradient(dy, weights);
          }
        });
  }

  private dnnl_primitive_desc forward(Storage storage) {
    return shapes.primitives(storage, bias).forward(true, List.of());
  }

  private Arg source(Storage storage) {
    return new Arg(DNNL_ARG_SRC, emit.in(shapes.source(storage), shapes.x()));
  }

  private void weightsGradient(Tensor dy) {
    Images.Choice choice =
        images.fastest(
            shapes.text("weights' gradient", bias != null),
            weightsCandidates(),
            storage -> List.of(weightsGradient(storage)));
    WeightsProduct product = new WeightsProduct(program, op, shapes, text);
    if (product.faster(Dnnl.implementation(choice.first()))) {
      product.emit(dy);
      return;
    }
    Tensor target = program.weights().gradient(op);
    Format format = images.chosen(choice.first(), dnnl_query_diff_weights_md);
    Tensor dw = format.same(target.format()) ? target : emit.tensor(format);
    List<Arg> args = new ArrayList<>();
    args.add(source(choice.storage()));
    args.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)));
    args.add(new Arg(DNNL_ARG_DIFF_WEIGHTS, dw));
    if (op.bias() != null) {
      args.add(new Arg(DNNL_ARG_DIFF_BIAS, program.weights().gradient(op.bias())));
    }
    emit.run(text + ", weights' gradient", choice.first(), args);
    if (dw != target) {
      emit.reorder(dw, target);
    }
    program.weights().spread(op, target);
  }

  private dnnl_primitive_desc weightsGradient(Storage storage) {
    return shapes.gradientOfWeights(storage, bias).weightsGradient(forward(storage));
  }

  /** Depthwise, only a kernel made for that is faster in bfloat16 than in single precision. */
  private List<Storage> weightsCandidates() {
    StoragePolicy policy = program.policy();
    return op.depthwise() && !madeForDepthwise(policy.storage())
        ? policy.single()
        : policy.candidates();
  }

  private boolean madeForDepthwise(Storage storage) {
    try {
      return Dnnl.implementation(weightsGradient(storage)).startsWith("jit_dw");
    } catch (OneDnnException e) {
      if (e.unimplemented()) {
        return false;
      }
      throw e;
    }
  }

  private void inputGradient(Tensor dy, Tensor weights) {
    Images.Choice choice =
        images.fastest(
            shapes.text("input's gradient", false),
            storage -> List.of(shapes.gradientOfInput(storage).inputGradient(forward(storage))));
    Format format = images.chosen(choice.first(), dnnl_query_weights_md);
    Tensor dx = images.image(choice.storage(), shapes.x().format().dims());
    emit.run(
        text + ", input's gradient",
        choice.first(),
        new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)),
        new Arg(DNNL_ARG_WEIGHTS, TransposedWeights.in(format, weights, emit)),
        new Arg(DNNL_ARG_DIFF_SRC, dx));
    program.gradient(program.input(node), dx);
  }
}
