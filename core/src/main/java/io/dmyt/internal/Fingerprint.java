package io.dmyt.internal;

import java.util.concurrent.atomic.LongAdder;

/** A number that changes, but for odds of 1 to 2⁶⁴, when any of many floats does. */
public final class Fingerprint {
  private static final int CHUNK = 1 << 15;

  private Fingerprint() {}

  /** Of the {@code length} floats at {@code address}. */
  public static long of(long address, long length) {
    long words = length / 2;
    long odd =
        length % 2 == 0
            ? 0
            : Float.floatToRawIntBits(
                Address.floats(address + (length - 1) * Float.BYTES, 1).get(0));
    LongAdder sum = new LongAdder();
    Stripes.each(
        (words + CHUNK - 1) / CHUNK,
        Stripes.threads(),
        chunk -> {
          long start = chunk * CHUNK;
          long[] part = new long[(int) Math.min(CHUNK, words - start)];
          Address.longs(address + start * Long.BYTES, part.length).get(part);
          sum.add(hash(part) * (2 * chunk + 0x9E3779B97F4A7C15L));
        });
    return sum.sum() + odd * 0xC2B2AE3D27D4EB4FL;
  }

  /** Four chains, so that the processor multiplies four at a time. */
  private static long hash(long[] words) {
    long a = 1;
    long b = 2;
    long c = 3;
    long d = 4;
    int i = 0;
    for (; i + 3 < words.length; i += 4) {
      a = a * 0x100000001B3L + words[i];
      b = b * 0x100000001B3L + words[i + 1];
      c = c * 0x100000001B3L + words[i + 2];
      d = d * 0x100000001B3L + words[i + 3];
    }
    for (; i < words.length; i++) {
      a = a * 0x100000001B3L + words[i];
    }
    return ((a * 31 + b) * 31 + c) * 31 + d;
  }
}
