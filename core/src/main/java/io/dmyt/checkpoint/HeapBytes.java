package io.dmyt.checkpoint;

import java.nio.ByteBuffer;

/** Bytes of an in-memory tensor. */
record HeapBytes(byte[] array) implements Bytes {
  @Override
  public long size() {
    return array.length;
  }

  @Override
  public Window window(long offset, long length) {
    return new Window(
        (at, n) -> ByteBuffer.wrap(array, Math.toIntExact(at), n).slice(), offset, length);
  }
}
