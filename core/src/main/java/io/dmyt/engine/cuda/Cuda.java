package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMultiProcessorCount;
import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import io.dmyt.internal.Address;
import io.dmyt.internal.Text;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** The device that everything here runs on, and the one stream of work that it is given. */
final class Cuda {
  /** The device's number, as CUDA counts those that are visible. */
  private static final int DEVICE = 0;

  /** The oldest GPUs that CUDA 13 drives: Turing. */
  private static final int OLDEST = 75;

  private Cuda() {}

  /** Opened once, at its first use. */
  private static final class Opened {
    static final CUstream_st STREAM = new CUstream_st();
    static final cudnnContext CUDNN = new cudnnContext();
    static final int CAPABILITY;
    static final int MULTIPROCESSORS = attribute(cudaDevAttrMultiProcessorCount);

    static {
      CAPABILITY = capability(DEVICE);
      use();
      check(cudaStreamCreateWithFlags(STREAM, cudaStreamNonBlocking), "cudaStreamCreate");
      checkDnn(cudnnCreate(CUDNN), "cudnnCreate");
      checkDnn(cudnnSetStream(CUDNN, STREAM), "cudnnSetStream");
    }
  }

  private static final class Probe {
    static final @Nullable String REASON = probe();

    private static @Nullable String probe() {
      try {
        int[] count = new int[1];
        int code = cudaGetDeviceCount(count);
        if (code != 0) {
          return "CUDA finds no usable driver: " + text(code);
        }
        if (count[0] == 0) {
          return "no NVIDIA GPU was found";
        }
        int capability = capability(DEVICE);
        if (capability < OLDEST) {
          return Text.format(
              "CUDA 13 needs a GPU of compute capability 7.5 or later, this one has %d.%d",
              capability / 10, capability % 10);
        }
        Opened.STREAM.isNull();
        return null;
      } catch (LinkageError e) {
        return "an NVIDIA driver, CUDA 13 and cuDNN 9 are needed, and not all are where the system's"
            + " loader finds them";
      } catch (CudaException e) {
        return e.getMessage();
      }
    }
  }

  /** Why there is no such device, or null. */
  static @Nullable String unavailableBecause() {
    return Probe.REASON;
  }

  static CUstream_st stream() {
    return Opened.STREAM;
  }

  static cudnnContext cudnn() {
    return Opened.CUDNN;
  }

  /** Ten times the major number and the minor one, e.g. 90. */
  static int capability() {
    return Opened.CAPABILITY;
  }

  static int multiprocessors() {
    return Opened.MULTIPROCESSORS;
  }

  /** Makes the device the calling thread's. */
  static void use() {
    check(cudaSetDevice(DEVICE), "cudaSetDevice");
  }

  /** Waits until the stream's work is done. */
  static void synchronize() {
    check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
  }

  /** Device memory that is to be given to {@link #free}. */
  static long allocate(long bytes) {
    Pointer memory = new Pointer();
    int code = cudaMalloc(memory, bytes);
    if (code != 0) {
      SizeTPointer free = new SizeTPointer(1);
      cudaMemGetInfo(free, new SizeTPointer(1));
      throw new CudaException(
          Text.format(
              "%d MiB of GPU memory are needed, %d MiB are free (%s): use smaller batches",
              bytes >> 20, free.get() >> 20, text(code)));
    }
    return memory.address();
  }

  static void free(long address) {
    check(cudaFree(new Address(address)), "cudaFree");
  }

  /** CUDA's, cuDNN's and the driver's version. */
  static String version() {
    int[] runtime = new int[1];
    int[] driver = new int[1];
    check(cudaRuntimeGetVersion(runtime), "cudaRuntimeGetVersion");
    check(cudaDriverGetVersion(driver), "cudaDriverGetVersion");
    long cudnn = cudnnGetVersion();
    return Text.format(
        "%d.%d (cuDNN %d.%d.%d)",
        runtime[0] / 1000, runtime[0] % 1000 / 10, cudnn / 10000, cudnn % 10000 / 100, cudnn % 100);
  }

  private static int capability(int device) {
    int[] major = new int[1];
    int[] minor = new int[1];
    check(
        cudaDeviceGetAttribute(major, cudaDevAttrComputeCapabilityMajor, device),
        "cudaDeviceGetAttribute");
    check(
        cudaDeviceGetAttribute(minor, cudaDevAttrComputeCapabilityMinor, device),
        "cudaDeviceGetAttribute");
    return 10 * major[0] + minor[0];
  }

  private static int attribute(int which) {
    int[] value = new int[1];
    check(cudaDeviceGetAttribute(value, which, DEVICE), "cudaDeviceGetAttribute");
    return value[0];
  }

  /**
   * @throws CudaException if a call of CUDA's runtime or driver returned an error
   */
  static void check(int code, String call) {
    if (code != 0) {
      throw new CudaException(call + ": " + text(code));
    }
  }

  /**
   * @throws CudaException if a call of cuDNN returned an error
   */
  static void checkDnn(int code, String call) {
    if (code != 0) {
      throw new CudaException(call + ": " + cudnnGetErrorString(code).getString());
    }
  }

  private static String text(int code) {
    return cudaGetErrorString(code).getString();
  }
}
