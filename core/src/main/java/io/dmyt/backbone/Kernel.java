package io.dmyt.backbone;

import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * What a convolution or a pooling sees of its input at once, in pixels.
 *
 * @param kernelHeight of the window
 * @param kernelWidth of the window
 * @param stride in both directions
 * @param paddingHeight zeros above, and as many below
 * @param paddingWidth zeros on the left, and as many on the right
 * @param dilation steps in pixels between those that it sees, 1 for neighbours
 * @param same TensorFlow's padding: the output is the input's size over the stride, rounded up, and
 *     an odd pixel of padding goes to the bottom or right; the paddings given are not used
 */
public record Kernel(
    int kernelHeight,
    int kernelWidth,
    int stride,
    int paddingHeight,
    int paddingWidth,
    int dilation,
    boolean same) {

  /** A square one with the same padding on all sides. */
  public static Kernel of(int kernel, int stride, int padding) {
    return new Kernel(kernel, kernel, stride, padding, padding, 1, false);
  }

  /** As large as the input over the stride: PyTorch's symmetric padding, for odd kernels. */
  public static Kernel centred(int kernel, int stride) {
    return centred(kernel, kernel, stride);
  }

  /** The same of any shape. */
  public static Kernel centred(int kernelHeight, int kernelWidth, int stride) {
    return new Kernel(
        kernelHeight, kernelWidth, stride, (kernelHeight - 1) / 2, (kernelWidth - 1) / 2, 1, false);
  }

  /** Likewise with pixels left out between those that it sees. */
  public static Kernel dilated(int kernel, int stride, int dilation) {
    int padding = (stride - 1 + dilation * (kernel - 1)) / 2;
    return new Kernel(kernel, kernel, stride, padding, padding, dilation, false);
  }

  /** A square one with TensorFlow's padding. */
  public static Kernel same(int kernel, int stride) {
    return new Kernel(kernel, kernel, stride, 0, 0, 1, true);
  }

  int[] kernel() {
    return new int[] {kernelHeight, kernelWidth};
  }

  int[] strides() {
    return new int[] {stride, stride};
  }

  int[] dilations() {
    return new int[] {dilation, dilation};
  }

  int[] padding() {
    return new int[] {paddingHeight, paddingWidth};
  }

  ConvolutionMode mode() {
    return same ? ConvolutionMode.Same : ConvolutionMode.Truncate;
  }
}
