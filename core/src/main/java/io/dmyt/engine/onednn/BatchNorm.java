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
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Emits batch normalisation, with the ReLU behind it if nobody else reads it. */
final class BatchNorm {
  private final ProgramBuilder program;
  private final int node;
  private final Operation.BatchNorm op;

  BatchNorm(ProgramBuilder program, int node, Operation.BatchNorm op) {
    this.program = program;
    this.node = node;
    this.op = op;
  }

  void emit() {
    Emitter emit = program.emit();
    Images images = program.images();
    Weights weights = program.weights();
    boolean training = program.training();
    int reader = program.onlyReader(node);
    boolean relu = reader >= 0 && relu(program.node(reader).op());
    if (relu) {
      program.fuse(reader, node);
    }
    Tensor value = program.value(program.input(node));
    long[] d = value.format().dims();
    Images.Choice choice =
        images.fastest(
            Text.format(
                "batch norm of %s%s: %s",
                Arrays.toString(d), relu ? " and relu" : "", training ? "training" : "inference"),
            storage ->
                new BatchNormPrimitives(
                        program.scope(),
                        storage.format(program.scope(), d),
                        (float) op.eps(),
                        flags(relu))
                    .passes(training));
    Tensor x = images.as(choice.storage(), value);
    Tensor y = images.image(choice.storage(), d);
    Tensor gamma = weights.of(op.gamma());
    Tensor beta = weights.of(op.beta());
    Format vector = Format.plain(program.scope(), d[1]);
    Tensor mean = training ? emit.tensor(vector) : weights.of(op.mean());
    Tensor variance = training ? emit.tensor(vector) : weights.runningVariance(op, vector);
    List<Arg> workspace = emit.workspace(choice.first());
    List<Arg> args = new ArrayList<>(workspace);
    args.add(new Arg(DNNL_ARG_SRC, x));
    args.add(new Arg(DNNL_ARG_DST, y));
    args.add(new Arg(DNNL_ARG_SCALE, gamma));
    args.add(new Arg(DNNL_ARG_SHIFT, beta));
    args.add(new Arg(DNNL_ARG_MEAN, mean));
    args.add(new Arg(DNNL_ARG_VARIANCE, variance));
    emit.run(op.text(), choice.first(), args);
    int last = relu ? reader : node;
    program.store(last, y);
    if (training) {
      program.onEachBackward(node, () -> weights.moveStatistics(op, mean, variance));
    }
    program.onBackward(
        last,
        dy -> {
          Tensor dx = images.image(choice.storage(), d);
          List<Arg> back = new ArrayList<>(workspace);
          back.add(new Arg(DNNL_ARG_SRC, x));
          back.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, dx));
          back.add(new Arg(DNNL_ARG_MEAN, mean));
          back.add(new Arg(DNNL_ARG_VARIANCE, variance));
          back.add(new Arg(DNNL_ARG_SCALE, gamma));
          back.add(new Arg(DNNL_ARG_DIFF_SCALE, weights.gradient(op.gamma())));
          back.add(new Arg(DNNL_ARG_DIFF_SHIFT, weights.gradient(op.beta())));
          emit.run(op.text() + ", gradients", choice.last(), back);
          if (program.learns(program.input(node))) {
            program.gradient(program.input(node), dx);
          }
        });
  }

  private static boolean relu(Operation op) {
    return op instanceof Operation.Elementwise f && f.function() == ElementwiseFunction.RELU;
  }

  private int flags(boolean relu) {
    return dnnl_use_scale
        | dnnl_use_shift
        | (relu ? dnnl_fuse_norm_relu : 0)
        | (program.training() ? 0 : dnnl_use_global_stats);
  }
}
