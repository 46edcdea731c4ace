package io.dmyt.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes in memory.
 *
 * @param source where they are from, for messages
 */
record HeapBytes(byte[] array, String source) implements Bytes {
  HeapBytes(byte[] array) {
    this(array, "memory");
  }

  @Override
  public long size() {
    return array.length;
  }

  @Override
  public Window window(long offset, long length) {
    return new Window(
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
