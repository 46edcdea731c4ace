package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.cuda.RowKernel.Partial;
import io.dmyt.engine.cuda.RowKernel.Segments;
import io.dmyt.internal.Text;
import org.jspecify.annotations.Nullable;

/** Emits what batch norm knows of its channels: the group that it is in does the rest. */
final class NormEmitter {
  private NormEmitter() {}

  /** Scale and shift of each channel: of the batch in training, else of the running statistics. */
  static NormVectors forward(ProgramBuilder program, Tensor x, Operation.BatchNorm norm) {
    NormVectors vectors = NormVectors.of(x.channels());
    if (program.training()) {
      statistics(program, x, vectors, norm);
    } else {
      Kernel kernel = program.module().library("norm-inference", Type.F32);
      int channels = x.channels();
      program.prepare(
          Step.of(
              "running statistics",
              () ->
                  kernel.launch(
                      Kernel.Grid.of(channels),
                      address(program, norm.gamma()),
                      address(program, norm.beta()),
                      address(program, norm.mean()),
                      address(program, norm.variance()),
                      vectors.scale().address(),
                      vectors.shift().address(),
                      channels,
                      Kernel.bits((float) norm.eps()),
                      norm.logStd() ? 1 : 0),
              vectors.scale(),
              vectors.shift()));
    }
    return vectors;
  }

  private static long address(ProgramBuilder program, @Nullable Parameter p) {
    return p == null ? 0 : program.parameters().address(p);
  }

  private static long gradientAddress(ProgramBuilder program, @Nullable Parameter p) {
    return p == null ? 0 : program.parameters().gradientAddress(p);
  }

  private static void statistics(
      ProgramBuilder program, Tensor x, NormVectors vectors, Operation.BatchNorm norm) {
    RowKernel kernel = new RowKernel(Rows.of(x.channels(), x.type()), x.rowsPerExample());
    kernel.line(
        Text.format(
            "const float d = %s - %s;", kernel.read(x, Spread.FULL), kernel.readFirstRow(x)));
    kernel.sum("d");
    kernel.sum("d * d");
    Partial partial = kernel.sums(program.module(), "statistics", Segments.of(x, Spread.CHANNEL));
    program.step(partial.step());
    Kernel finish = program.module().library("norm-forward", x.type());
    int blocks = Math.toIntExact(partial.tensor().dim(2));
    int channels = x.channels();
    int rows = x.rows();
    program.step(
        Step.of(
            "statistics, end",
            () ->
                finish.launch(
                    new Kernel.Grid((channels + 7) / 8, 1, 1, 256),
                    partial.tensor().address(),
                    x.address(),
                    address(program, norm.gamma()),
                    address(program, norm.beta()),
                    address(program, norm.mean()),
                    address(program, norm.variance()),
                    vectors.scale().address(),
                    vectors.shift().address(),
                    vectors.mean().address(),
                    vectors.inverse().address(),
                    gradientAddress(program, norm.mean()),
                    gradientAddress(program, norm.variance()),
                    blocks,
                    channels,
                    rows,
                    Kernel.bits((float) norm.eps()),
                    Kernel.bits((float) (1 - norm.decay())),
                    norm.logStd() ? 1 : 0),
            partial.tensor(),
            x,
            vectors.scale(),
            vectors.shift(),
            vectors.mean(),
            vectors.inverse()));
  }

  /**
   * The gradients of gamma and beta, and slope and offset.
   *
   * @param partial sums of the gradient, and of it times the normalised value
   * @param first the number of the first of the two
   */
  static void backward(
      ProgramBuilder program,
      Partial partial,
      int first,
      int rows,
      Operation.BatchNorm norm,
      NormVectors vectors) {
    Kernel kernel = program.module().library("norm-backward", Type.F32);
    int channels = vectors.scale().channels();
    int blocks = Math.toIntExact(partial.tensor().dim(2));
    program.step(
        Step.of(
            "batch norm, sums, end",
            () ->
                kernel.launch(
                    new Kernel.Grid((channels + 7) / 8, 1, 1, 256),
                    partial.tensor().address(),
                    vectors.scale().address(),
                    vectors.mean().address(),
                    vectors.inverse().address(),
                    gradientAddress(program, norm.gamma()),
                    gradientAddress(program, norm.beta()),
                    vectors.slope().address(),
                    vectors.offset().address(),
                    first,
                    blocks,
                    channels,
                    rows),
            partial.tensor(),
            vectors.scale(),
            vectors.mean(),
            vectors.inverse(),
            vectors.slope(),
            vectors.offset()));
  }
}
