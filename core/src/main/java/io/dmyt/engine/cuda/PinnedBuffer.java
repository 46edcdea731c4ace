package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaMallocHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.dmyt.internal.Address;
import io.dmyt.internal.Stripes;
import org.bytedeco.javacpp.Pointer;

/** Host memory that the device reads by itself, so that copies run at the bus's speed. */
final class PinnedBuffer implements AutoCloseable {
  private static final long CHUNK = 1L << 20;

  private long address;
  private long bytes;

  /** Copies from ordinary host memory to the device. */
  void upload(long from, long to, long size) {
    if (size > bytes) {
      close();
      Pointer memory = new Pointer();
      Cuda.check(cudaMallocHost(memory, size), "cudaMallocHost");
      address = memory.address();
      bytes = size;
    }
    long target = address;
    Stripes.each(
        (size + CHUNK - 1) / CHUNK,
        Stripes.threads(),
        i -> {
          long at = i * CHUNK;
          Pointer.memcpy(
              new Address(target + at), new Address(from + at), Math.min(CHUNK, size - at));
        });
    DeviceParameters.copy(to, address, size, cudaMemcpyHostToDevice);
  }

  @Override
  public void close() {
    if (address != 0) {
      Cuda.synchronize();
      Cuda.check(cudaFreeHost(new Address(address)), "cudaFreeHost");
      address = 0;
      bytes = 0;
    }
  }
}
