package io.dmyt.data;

import java.util.Random;

/** The order of the images in an epoch, a function of seed and epoch alone. */
final class EpochOrder {
  private EpochOrder() {}

  /** {@link Random} rather than a better generator: Java promises that its numbers never change. */
  static Random random(long seed, int epoch) {
    return new Random(mix(mix(seed) + epoch));
  }

  /** What decides on an image's changes: its place in the epoch's order, and nothing before it. */
  static long draw(long seed, int epoch, int place) {
    return mix(mix(mix(~seed) + epoch) + place);
  }

  /** SplitMix64's finaliser, so that neighbouring seeds have nothing in common. */
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
