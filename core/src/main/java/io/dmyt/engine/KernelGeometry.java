package io.dmyt.engine;

import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * How a convolution or a pooling slides over height and width.
 *
 * @param top rows of padding above and below, unless {@code same}
 * @param left columns of padding on the left and on the right, unless {@code same}
 * @param dilationHeight 1 where the kernel's taps touch
 * @param same whether so much is padded that the result is the input's size over the stride
 */
public record KernelGeometry(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int top,
    int left,
    int dilationHeight,
    int dilationWidth,
    boolean same) {

  /** What DL4J configures as two numbers each. */
  public static KernelGeometry of(
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
  public static KernelGeometry point() {
    return new KernelGeometry(1, 1, 1, 1, 0, 0, 1, 1, false);
  }

  /** Rows of the result. */
  public long outHeight(long height) {
    return out(height, kernelHeight, strideHeight, top, dilationHeight);
  }

  /** Columns of the result. */
  public long outWidth(long width) {
    return out(width, kernelWidth, strideWidth, left, dilationWidth);
  }

  /** Height and width. */
  public long[] kernel() {
    return new long[] {kernelHeight, kernelWidth};
  }

  /** Of height and width. */
  public long[] strides() {
    return new long[] {strideHeight, strideWidth};
  }

  /** Pixels between the kernel's taps, 0 when they touch. */
  public long[] gaps() {
    return new long[] {dilationHeight - 1, dilationWidth - 1};
  }

  /** Padding above and to the left. */
  public long[] paddingBefore(long height, long width) {
    return same
        ? new long[] {
          sameTotal(height, kernelHeight, strideHeight, dilationHeight) / 2,
          sameTotal(width, kernelWidth, strideWidth, dilationWidth) / 2
        }
        : new long[] {top, left};
  }

  /** Padding below and to the right: an odd pixel of "Same" lies here. */
  public long[] paddingAfter(long height, long width) {
    if (!same) {
      return new long[] {top, left};
    }
    long[] before = paddingBefore(height, width);
    return new long[] {
      sameTotal(height, kernelHeight, strideHeight, dilationHeight) - before[0],
      sameTotal(width, kernelWidth, strideWidth, dilationWidth) - before[1]
    };
  }

  /** A window over all of an image. */
  public static KernelGeometry whole(long height, long width) {
    return new KernelGeometry(
        Math.toIntExact(height), Math.toIntExact(width), 1, 1, 0, 0, 1, 1, false);
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
