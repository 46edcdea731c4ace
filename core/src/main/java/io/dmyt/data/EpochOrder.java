package io.dmyt.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The order of the images in an epoch, a function of seed and epoch alone. */
final class EpochOrder {
  private EpochOrder() {}

  /** {@link Random} rather than a better generator: Java promises that its numbers never change. */
  static List<LabelledSample> shuffled(List<LabelledSample> files, long seed, int epoch) {
    Random random = new Random(mix(mix(seed) + epoch));
    List<LabelledSample> order = new ArrayList<>(files);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return order;
  }

  /** SplitMix64's finaliser, so that neighbouring seeds have nothing in common. */
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
