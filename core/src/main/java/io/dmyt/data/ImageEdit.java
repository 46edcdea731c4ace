package io.dmyt.data;

/** Something done to every image between decoding and resizing. Used by several threads at once. */
@FunctionalInterface
public interface ImageEdit {
  /**
   * The changed image.
   *
   * @param image may be changed itself
   */
  RgbImage apply(RgbImage image);
}
