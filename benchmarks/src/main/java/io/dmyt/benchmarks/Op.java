package io.dmyt.benchmarks;

/**
 * One operation of a {@link Network}. An operand is the index of the value it reads: 0 is the
 * image, and the operation at position i of the list writes value i + 1.
 */
sealed interface Op {

  /**
   * Convolution over [N, in, H, W] with weights [out, in / groups, kernel, kernel]; zeros are added
   * before and after each spatial axis.
   */
  record Conv(
      String name,
      int input,
      int in,
      int out,
      int kernel,
      int stride,
      int padBefore,
      int padAfter,
      int groups,
      boolean bias)
      implements Op {
    String weightName() {
      return name + ".weight";
    }

    String biasName() {
      return name + ".bias";
    }

    long[] weightShape() {
      return new long[] {out, in / groups, kernel, kernel};
    }
  }

  /** Batch normalisation per channel, momentum as in PyTorch: the share of the new batch. */
  record BatchNorm(String name, int input, int channels, float epsilon, float momentum)
      implements Op {
    String part(String which) {
      return name + "." + which;
    }
  }

  /** A function of each element. */
  record Activate(Function function, int input) implements Op {}

  /** The functions that the networks use. */
  enum Function {
    RELU,
    RELU6,
    /** x · sigmoid(x), also called swish. */
    SILU,
    SIGMOID
  }

  /** Sum of two values of one shape. */
  record Add(int left, int right) implements Op {}

  /** Product of [N, C, H, W] with a gate [N, C, 1, 1]. */
  record Scale(int input, int gate) implements Op {}

  /** Maximum over windows; the padding never wins. */
  record MaxPool(int input, int kernel, int stride, int pad) implements Op {}

  /** Mean over space: [N, C, H, W] to [N, C, 1, 1]. */
  record Mean(int input) implements Op {}
}
