package io.dmyt.internal;

import java.nio.ByteBuffer;

/** Bytes that tensors are read from; {@code toString} names them in messages. */
public interface ByteSource {
  /** How many there are. */
  long size();

  /**
   * Opens [offset, offset + length) for reading; the caller closes it.
   *
   * @throws IllegalStateException if the bytes have been closed
   * @throws RuntimeException of the reader's kind if they can no longer be read
   */
  ByteRange window(long offset, long length);

  /** The bytes [offset, offset + length), little-endian, to read only; for headers. */
  ByteBuffer read(long offset, int length);
}
