package io.dmyt.engine.cuda;

/** A block of device memory that programs, of which one runs at a time, share. */
final class Arena implements AutoCloseable {
  private long address;
  private long bytes;

  /** Where the block begins, once it has so many bytes. It moves when it grows. */
  long reserve(long needed) {
    if (needed > bytes) {
      close();
      address = Cuda.allocate(needed);
      bytes = needed;
    }
    return address;
  }

  @Override
  public void close() {
    if (address != 0) {
      Cuda.synchronize();
      Cuda.free(address);
      address = 0;
      bytes = 0;
    }
  }
}
