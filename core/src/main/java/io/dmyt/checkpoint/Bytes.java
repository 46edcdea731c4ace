package io.dmyt.checkpoint;

/** Bytes that tensors are read from. */
interface Bytes {
  /** How many there are. */
  long size();

  /**
   * Opens [offset, offset + length) for reading; the caller closes it.
   *
   * @throws IllegalStateException if the bytes have been closed
   * @throws CheckpointException if they can no longer be read
   */
  Window window(long offset, long length);
}
