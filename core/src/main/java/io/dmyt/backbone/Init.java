package io.dmyt.backbone;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How a parameter's initial values are drawn. */
@FunctionalInterface
interface Init {
  Init ZEROS = constant(0);
  Init ONES = constant(1);

  void fill(float[] values, RandomGenerator random);

  static Init constant(float value) {
    return (values, random) -> Arrays.fill(values, value);
  }

  static Init normal(double deviation) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * random.nextGaussian());
      }
    };
  }

  static Init uniform(double bound) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    };
  }

  /** Draws a convolution's weights from their shape [out, in / groups, height, width]. */
  @FunctionalInterface
  interface OfConvolution {
    Init init(long[] shape, int groups);
  }

  /** PyTorch's {@code kaiming_normal_(mode="fan_out")}, which ignores the groups. */
  static Init kaimingFanOut(long[] shape, int groups) {
    return normal(Math.sqrt(2.0 / (shape[0] * shape[2] * shape[3])));
  }

  /** What PyTorch gives a layer that nobody initialises: uniform within 1/sqrt(fan in). */
  static Init pytorchDefault(long[] shape) {
    long fanIn = 1;
    for (int d = 1; d < shape.length; d++) {
      fanIn *= shape[d];
    }
    return uniform(1 / Math.sqrt(fanIn));
  }
}
