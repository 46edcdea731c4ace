package io.dmyt.engine.cuda;

import io.dmyt.engine.cuda.RowKernel.Partial;

/** The second half of a sum over rows: that over blocks. */
final class Sums {
  private Sums() {}

  /**
   * A step that writes one of the sums of a {@link RowKernel}.
   *
   * @param to a row for each segment
   */
  static Step finish(KernelModule module, Partial partial, int which, Tensor to, float scale) {
    Kernel kernel = module.library("sum-plain", to.type());
    int segments = Math.toIntExact(partial.tensor().dim(1));
    int blocks = Math.toIntExact(partial.tensor().dim(2));
    int channels = Math.toIntExact(partial.tensor().dim(3));
    return Step.of(
        "sums, end",
        () ->
            kernel.launch(
                new Kernel.Grid((channels + 7) / 8, segments, 1, 256),
                partial.tensor().address(),
                to.address(),
                which,
                blocks,
                channels,
                segments,
                Kernel.bits(scale)),
        partial.tensor(),
        to);
  }
}
