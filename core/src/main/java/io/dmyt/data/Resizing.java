package io.dmyt.data;

import io.dmyt.internal.Text;

/**
 * How an image is brought to a network's size: resized to a larger square, or so that its shorter
 * side is that square's, of which the middle is taken.
 *
 * @param interpolation how it is resized
 * @param crop the network's side over the larger square's, more than 0 and at most 1
 * @param squash whether the image becomes that square as a whole, and so loses its proportions
 */
public record Resizing(Interpolation interpolation, double crop, boolean squash) {
  /** Straight to the network's size, by bilinear interpolation. */
  static final Resizing STRAIGHT = new Resizing(Interpolation.BILINEAR, 1, true);

  /**
   * @throws IllegalArgumentException if the crop is out of range
   */
  public Resizing {
    if (!(crop > 0 && crop <= 1)) {
      throw new IllegalArgumentException(
          Text.format("The crop must be more than 0 and at most 1, was %s", crop));
    }
  }

  /**
   * What an image is resized to, and where the part begins that is taken of that.
   *
   * @param left of the part, in pixels
   * @param top of the part, in pixels
   */
  record Plan(int width, int height, int left, int top) {}

  /**
   * @param size side of the network's square
   */
  Plan plan(int width, int height, int size) {
    int side = (int) Math.floor(size / crop);
    int newWidth = squash || width <= height ? side : (int) ((long) side * width / height);
    int newHeight = squash || height <= width ? side : (int) ((long) side * height / width);
    return new Plan(
        newWidth,
        newHeight,
        (int) Math.rint((newWidth - size) / 2.0),
        (int) Math.rint((newHeight - size) / 2.0));
  }
}
