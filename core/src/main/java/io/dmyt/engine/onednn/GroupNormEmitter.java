package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Emits group normalisation as layer normalisation: channels first, a group of an example is a row.
 * γ and β are a product and a sum behind it. oneDNN's own group normalisation has reference code
 * alone for the way back, which took 70 % of a training step of BiT's ResNet-50.
 */
final class GroupNormEmitter {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final Images images;
  private final Weights weights;
  private final int node;
  private final Operation.GroupNorm op;

  /** Channels first, as an image and as (examples, groups, elements of a group). */
  private final Format planes;

  private final Format rows;
  private final Format statistics;
  private final List<dnnl_primitive_desc> passes;

  GroupNormEmitter(ProgramBuilder program, int node, Operation.GroupNorm op) {
    this.program = program;
    this.emit = program.emit();
    this.images = program.images();
    this.weights = program.weights();
    this.node = node;
    this.op = op;
    long[] d = program.dims(node);
    long[] groups = {d[0], op.groups(), d[1] / op.groups() * d[2] * d[3]};
    statistics = Format.plain(program.scope(), d[0], op.groups());
    Images.Choice choice = images.choose(storage -> passes(rowMajor(storage.precision(), groups)));
    passes = choice.primitives();
    planes = rowMajor(choice.storage().precision(), d);
    rows = rowMajor(choice.storage().precision(), groups);
  }

  private List<dnnl_primitive_desc> passes(Format groups) {
    return new LayerNormPrimitives(program.scope(), groups, statistics, (float) op.eps(), 0)
        .passes(program.training());
  }

  private Format rowMajor(Precision precision, long... dims) {
    return Format.strided(program.scope(), precision, dims, Parameter.rowMajorStrides(dims));
  }

  void emit() {
    boolean training = program.training();
    int from = program.input(node);
    Tensor x = planes(program.value(from));
    Tensor normal = emit.tensor(planes);
    List<Arg> kept = new ArrayList<>();
    kept.add(new Arg(DNNL_ARG_SRC, emit.over(rows, x)));
    if (training) {
      kept.add(new Arg(DNNL_ARG_MEAN, emit.tensor(statistics)));
      kept.add(new Arg(DNNL_ARG_VARIANCE, emit.tensor(statistics)));
    }
    List<Arg> args = new ArrayList<>(kept);
    args.add(new Arg(DNNL_ARG_DST, emit.over(rows, normal)));
    emit.run(op.text(), passes.get(0), args);
    Tensor image = images.stored(normal);
    Tensor gamma = images.stored(weights.of(Weights.pixel(op.gamma())));
    Tensor beta = images.stored(weights.of(Weights.pixel(op.beta())));
    Tensor scaled = images.binary(dnnl_binary_mul, image, gamma);
    program.store(node, images.binary(dnnl_binary_add, scaled, beta));
    program.onBackward(
        node,
        dy -> {
          if (program.learns(op)) {
            sum(dy, op.beta());
            sum(images.binary(dnnl_binary_mul, dy, image), op.gamma());
          }
          if (program.learns(from)) {
            Tensor given = planes(images.binary(dnnl_binary_mul, dy, gamma));
            Tensor dx = emit.tensor(planes);
            List<Arg> back = new ArrayList<>(kept);
            back.add(new Arg(DNNL_ARG_DIFF_DST, emit.over(rows, given)));
            back.add(new Arg(DNNL_ARG_DIFF_SRC, emit.over(rows, dx)));
            emit.run(op.text() + ", gradient", passes.get(1), back);
            program.gradient(from, images.stored(dx));
          }
        });
  }

  private Tensor planes(Tensor image) {
    return emit.inArena(emit.in(planes, image));
  }

  private void sum(Tensor ofGradients, Parameter parameter) {
    emit.reorder(
        Sequences.batchSum(program, ofGradients, true), weights.gradient(Weights.pixel(parameter)));
  }
}
