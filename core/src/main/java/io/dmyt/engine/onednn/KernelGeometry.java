package io.dmyt.engine.onednn;

import org.deeplearning4j.nn.conf.ConvolutionMode;

/** How a convolution or a pooling slides over height and width. */
record KernelGeometry(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int top,
    int left,
    int dilationHeight,
    int dilationWidth,
    boolean same) {

  static KernelGeometry of(
      int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    return new KernelGeometry(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1],
        mode == ConvolutionMode.Same);
  }

  /** A window of one pixel. */
  static KernelGeometry point() {
    return new KernelGeometry(1, 1, 1, 1, 0, 0, 1, 1, false);
  }

  long outHeight(long height) {
    return out(height, kernelHeight, strideHeight, top, dilationHeight);
  }

  long outWidth(long width) {
    return out(width, kernelWidth, strideWidth, left, dilationWidth);
  }

  long[] kernel() {
    return new long[] {kernelHeight, kernelWidth};
  }

  long[] strides() {
    return new long[] {strideHeight, strideWidth};
  }

  /** Pixels between the kernel's taps, 0 when they touch, as oneDNN counts them. */
  long[] gaps() {
    return new long[] {dilationHeight - 1, dilationWidth - 1};
  }

  /** Padding above and to the left. */
  long[] paddingBefore(long height, long width) {
    return same
        ? new long[] {
          sameTotal(height, kernelHeight, strideHeight, dilationHeight) / 2,
          sameTotal(width, kernelWidth, strideWidth, dilationWidth) / 2
        }
        : new long[] {top, left};
  }

  /** Padding below and to the right: an odd pixel of "Same" lies here. */
  long[] paddingAfter(long height, long width) {
    if (!same) {
      return new long[] {top, left};
    }
    long[] before = paddingBefore(height, width);
    return new long[] {
      sameTotal(height, kernelHeight, strideHeight, dilationHeight) - before[0],
      sameTotal(width, kernelWidth, strideWidth, dilationWidth) - before[1]
    };
  }

  private long out(long size, int kernel, int stride, int padding, int dilation) {
    return same
        ? (size + stride - 1) / stride
        : (size + 2L * padding - extent(kernel, dilation)) / stride + 1;
  }

  private static long sameTotal(long size, int kernel, int stride, int dilation) {
    long out = (size + stride - 1) / stride;
    return Math.max(0, (out - 1) * stride + extent(kernel, dilation) - size);
  }

  private static long extent(int kernel, int dilation) {
    return (kernel - 1L) * dilation + 1;
  }
}
