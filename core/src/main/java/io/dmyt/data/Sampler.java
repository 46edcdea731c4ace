package io.dmyt.data;

import java.util.List;
import java.util.Random;

/**
 * In which order, and how often, an epoch has the training images. The order is a function of the
 * images and of the generator alone, so that an epoch can be gone on with.
 */
@FunctionalInterface
public interface Sampler {
  /**
   * An epoch's order.
   *
   * @param images all of them, in their own order
   * @param batch how many make a batch
   * @param random of this epoch
   */
  List<LabelledSample> order(List<LabelledSample> images, int batch, Random random);
}
