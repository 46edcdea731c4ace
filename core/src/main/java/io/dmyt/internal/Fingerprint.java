package io.dmyt.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;

/**
 * A number that changes when any of many floats does: always for one float, and for more with odds
 * of at most 1 to 2³² that it doesn't.
 *
 * <p>The sums are CRC-32C, for which processors have an instruction. With them it reads memory
 * three times as fast as with a product per word in Java, which took 5 ms of each inference with
 * resnet50.
 */
public final class Fingerprint {
  private static final long CHUNK = 1 << 18;

  private Fingerprint() {}

  /** Of the {@code length} floats at {@code address}. */
  public static long of(long address, long length) {
    long bytes = length * Float.BYTES;
    LongAdder sum = new LongAdder();
    Stripes.each(
        (bytes + CHUNK - 1) / CHUNK,
        Stripes.threads(),
        chunk -> {
          long start = chunk * CHUNK;
          ByteBuffer part = Address.bytes(address + start, Math.min(CHUNK, bytes - start));
          CRC32C check = new CRC32C();
          check.update(part);
          sum.add(check.getValue() * (2 * chunk + 0x9E3779B97F4A7C15L));
        });
    return sum.sum();
  }
}
