package io.dmyt.internal;

import java.util.concurrent.atomic.AtomicBoolean;

/** Whether many floats are all finite numbers. */
public final class FiniteFloats {
  private static final int CHUNK = 1 << 16;

  /** Set in infinite values and in those that are no numbers, and in no others. */
  private static final int EXPONENT = 0x7f800000;

  private FiniteFloats() {}

  /** Whether the {@code length} floats at {@code address} are. */
  public static boolean are(long address, long length) {
    AtomicBoolean finite = new AtomicBoolean(true);
    Stripes.each(
        (length + CHUNK - 1) / CHUNK,
        Stripes.threads(),
        chunk -> {
          long start = chunk * CHUNK;
          if (finite.get()
              && !are(
                  Address.read(address + start * Float.BYTES, Math.min(CHUNK, length - start)))) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  private static boolean are(float[] values) {
    for (float value : values) {
      if ((Float.floatToRawIntBits(value) & EXPONENT) == EXPONENT) {
        return false;
      }
    }
    return true;
  }
}
