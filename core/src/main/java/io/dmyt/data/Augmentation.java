package io.dmyt.data;

import java.util.random.RandomGenerator;

/**
 * Changes training images at random, between decoding and resizing. Used by several threads at
 * once.
 */
@FunctionalInterface
public interface Augmentation {
  /**
   * A changed image and the class that it now belongs to.
   *
   * @param sample where the image is from, and its class
   * @param image may be changed itself
   * @param random of this image in this epoch; nothing else may decide
   */
  Augmented apply(LabelledSample sample, RgbImage image, RandomGenerator random);

  /** An image and its class. */
  record Augmented(RgbImage image, int label) {}

  /** This one, then another. */
  default Augmentation then(Augmentation next) {
    return (sample, image, random) -> {
      Augmented first = apply(sample, image, random);
      return next.apply(new LabelledSample(sample.sample(), first.label()), first.image(), random);
    };
  }
}
