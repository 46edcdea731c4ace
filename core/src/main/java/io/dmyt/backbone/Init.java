package io.dmyt.backbone;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How a parameter's initial values are drawn. */
@FunctionalInterface
public interface Init {
  /** All 0. */
  Init ZEROS = constant(0);

  /** All 1. */
  Init ONES = constant(1);

  /** Fills in the values, row-major in PyTorch's shape. */
  void fill(float[] values, RandomGenerator random);

  /** All the same. */
  static Init constant(float value) {
    return (values, random) -> Arrays.fill(values, value);
  }

  /** Normal with mean 0. */
  static Init normal(double deviation) {
    return normal(0, deviation);
  }

  /** Normal. */
  static Init normal(double mean, double deviation) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + deviation * random.nextGaussian());
      }
    };
  }

  /** Uniform between −bound and bound. */
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
    /** The way for weights of that shape. */
    Init init(long[] shape, int groups);
  }

  /** PyTorch's {@code kaiming_normal_(mode="fan_out")}, which ignores the groups. */
  static Init kaimingFanOut(long[] shape, int groups) {
    return normal(Math.sqrt(2.0 / (shape[0] * shape[2] * shape[3])));
  }

  /** The same of each group's own fan out, as TensorFlow has it. */
  static Init kaimingFanOutOfGroup(long[] shape, int groups) {
    return normal(Math.sqrt(2.0 * groups / (shape[0] * shape[2] * shape[3])));
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
