package io.dmyt.engine.cuda;

import java.util.List;

/**
 * What a convolution by cuDNN is searched by.
 *
 * @param image of the input: examples, channels, height, width
 * @param filter output channels, input channels of a group, height, width
 * @param result like {@code image}
 * @param strides of height and width
 * @param padding above and to the left, and as much on the other sides
 * @param dilations 1 where the taps touch
 */
record ConvolutionShape(
    List<Long> image,
    List<Long> filter,
    List<Long> result,
    List<Long> strides,
    List<Long> padding,
    List<Long> dilations,
    Type type) {

  /** What is computed of the three. */
  enum Direction {
    FORWARD,
    INPUT_GRADIENT,
    FILTER_GRADIENT
  }
}
