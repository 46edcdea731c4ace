package io.dmyt.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes in memory.
 *
 * @param source where they are from, for messages
 */
public record HeapByteSource(byte[] array, String source) implements ByteSource {
  public HeapByteSource(byte[] array) {
    this(array, "memory");
  }

  @Override
  public long size() {
    return array.length;
  }

  @Override
  public ByteRange window(long offset, long length) {
    return new ByteRange(
        (at, n) -> ByteBuffer.wrap(array, Math.toIntExact(at), n).slice(), offset, length);
  }

  @Override
  public ByteBuffer read(long offset, int length) {
    return ByteBuffer.wrap(array, Math.toIntExact(offset), length)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    return source;
  }
}
