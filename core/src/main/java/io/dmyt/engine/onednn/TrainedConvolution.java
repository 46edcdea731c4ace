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

import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Emits a convolution for training: its result, its weights' gradient and its input's. */
final class TrainedConvolution {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final Images images;
  private final int node;
  private final Op.Convolution op;
  private final ConvolutionShapes shapes;
  private final Format bias;

  TrainedConvolution(ProgramBuilder program, int node, Op.Convolution op) {
    this.program = program;
    this.emit = program.emit();
    this.images = program.images();
    this.node = node;
    this.op = op;
    Tensor x = program.value(program.input(node));
    this.shapes = ConvolutionShapes.of(program.scope(), op, x);
    this.bias = op.bias() == null ? null : Format.plain(program.scope(), op.channels());
  }

  void emit() {
    Images.Choice choice = images.choose(kind -> List.of(forward(kind)));
    Tensor weights = program.weights().of(op);
    Tensor y = images.image(choice.kind(), shapes.to());
    List<Arg> args = new ArrayList<>();
    args.add(source(choice.kind()));
    args.add(new Arg(DNNL_ARG_DST, y));
    Format chosen = images.chosen(choice.first(), dnnl_query_weights_md);
    args.add(new Arg(DNNL_ARG_WEIGHTS, emit.in(chosen, weights)));
    if (bias != null) {
      args.add(new Arg(DNNL_ARG_BIAS, program.weights().of(op.bias())));
    }
    emit.run(op.text(), choice.first(), args);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          weightsGradient(dy);
          if (program.learns(program.input(node))) {
            inputGradient(dy, weights);
          }
        });
  }

  private dnnl_primitive_desc forward(Kind kind) {
    return shapes.primitives(kind, bias).forward(true, List.of());
  }

  private Arg source(Kind kind) {
    return new Arg(DNNL_ARG_SRC, emit.in(shapes.source(kind), shapes.x()));
  }

  private void weightsGradient(Tensor dy) {
    Plan plan = program.plan();
    Images.Choice choice =
        images.choose(
            op.depthwise() ? plan.depthwiseWeights() : plan.kinds(),
            kind -> List.of(shapes.gradientOfWeights(kind, bias).weightsGradient(forward(kind))));
    Tensor target = program.weights().gradient(op);
    Format format = images.chosen(choice.first(), dnnl_query_diff_weights_md);
    Tensor dw = format.same(target.format()) ? target : emit.tensor(format);
    List<Arg> args = new ArrayList<>();
    args.add(source(choice.kind()));
    args.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)));
    args.add(new Arg(DNNL_ARG_DIFF_WEIGHTS, dw));
    if (bias != null) {
      args.add(new Arg(DNNL_ARG_DIFF_BIAS, program.weights().gradient(op.bias())));
    }
    emit.run(op.text() + ", weights' gradient", choice.first(), args);
    if (dw != target) {
      emit.reorder(dw, target);
    }
    program.weights().spread(op, target);
  }

  private void inputGradient(Tensor dy, Tensor weights) {
    Images.Choice choice =
        images.choose(kind -> List.of(shapes.gradientOfInput(kind).inputGradient(forward(kind))));
    Format format = images.chosen(choice.first(), dnnl_query_weights_md);
    Tensor dx = images.image(choice.kind(), shapes.x().format().dims());
    emit.run(
        op.text() + ", input's gradient",
        choice.first(),
        new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)),
        new Arg(DNNL_ARG_WEIGHTS, emit.in(format, weights)),
        new Arg(DNNL_ARG_DIFF_SRC, dx));
    program.gradient(program.input(node), dx);
  }
}
