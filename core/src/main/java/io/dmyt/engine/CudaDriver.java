package io.dmyt.engine;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_NO_DEVICE;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuInit;

import io.dmyt.internal.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's driver, and the GPUs that it shows this process. It is asked once, without ND4J, and
 * before a kernel is loaded.
 *
 * @param problem why it has no GPU, with what to do, or null if it has
 * @param version the newest CUDA that the driver runs, as CUDA counts: 12020 is 12.2; 0 if unknown
 * @param gpus in CUDA's order
 */
public record CudaDriver(@Nullable String problem, int version, List<Gpu> gpus) {
  private static final int LONGEST_NAME = 256;
  private static final Pattern RUNTIME = Pattern.compile("libcudart\\.so[.0-9]*");

  /** Copies the list. */
  public CudaDriver {
    gpus = List.copyOf(gpus);
  }

  private static final class Asked {
    static final CudaDriver ANSWER = ask();
  }

  /** What the driver says. */
  public static CudaDriver get() {
    return Asked.ANSWER;
  }

  private static CudaDriver ask() {
    int[] version = {0};
    try {
      int status = cuInit(0);
      cuDriverGetVersion(version);
      if (status == CUDA_ERROR_NO_DEVICE) {
        return without(noGpu(), version[0]);
      }
      check(status, "cuInit");
      int[] count = {0};
      check(cuDeviceGetCount(count), "cuDeviceGetCount");
      List<Gpu> gpus = new ArrayList<>();
      for (int i = 0; i < count[0]; i++) {
        gpus.add(gpu(i));
      }
      return gpus.isEmpty() ? without(noGpu(), version[0]) : new CudaDriver(null, version[0], gpus);
    } catch (LinkageError e) {
      return without(missing(e), 0);
    } catch (IllegalStateException e) {
      return without(e.getMessage(), version[0]);
    }
  }

  private static CudaDriver without(@Nullable String problem, int version) {
    return new CudaDriver(problem, version, List.of());
  }

  private static String noGpu() {
    String visible = System.getenv("CUDA_VISIBLE_DEVICES");
    return "NVIDIA's driver finds no GPU"
        + (visible == null
            ? ": nvidia-smi must list one, in a container too (docker run --gpus all)"
            : Text.format(": CUDA_VISIBLE_DEVICES=\"%s\" hides them, or there is none", visible));
  }

  /** What to do where the bindings don't load, by what the dynamic linker did not find. */
  static String missing(LinkageError error) {
    String first = "";
    for (Throwable t = error; t != null; t = t.getCause()) {
      String line = Objects.requireNonNullElse(t.getMessage(), "").lines().findFirst().orElse("");
      if (line.contains("libcuda.so") || line.contains("nvcuda")) {
        return "no NVIDIA driver is installed (libcuda.so.1 is not found): install one, or make it"
            + " visible in the container (docker run --gpus all)";
      }
      Matcher runtime = RUNTIME.matcher(line);
      if (runtime.find()) {
        return Text.format(
                "CUDA's runtime is not installed (%s is not found): install the CUDA toolkit of that",
                runtime.group())
            + " version, or put the -redist archive of org.bytedeco:cuda on the class path";
      }
      first = first.isEmpty() ? line : first;
    }
    return Text.format(
            "JavaCPP's bindings to CUDA do not load (%s): they are for 64-bit Linux and Windows with",
            first)
        + " NVIDIA's driver";
  }

  private static Gpu gpu(int index) {
    int[] device = {0};
    check(cuDeviceGet(device, index), "cuDeviceGet");
    byte[] name = new byte[LONGEST_NAME];
    check(cuDeviceGetName(name, name.length, device[0]), "cuDeviceGetName");
    try (SizeTPointer memory = new SizeTPointer(1)) {
      check(cuDeviceTotalMem(memory, device[0]), "cuDeviceTotalMem");
      return new Gpu(
          index,
          text(name),
          attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device[0]),
          attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device[0]),
          memory.get());
    }
  }

  /** Up to the 0 that ends it in C. */
  private static String text(byte[] name) {
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  private static int attribute(int attribute, int device) {
    int[] value = {0};
    check(cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  private static void check(int status, String call) {
    if (status != CUDA_SUCCESS) {
      throw new IllegalStateException(
          Text.format(
                  "NVIDIA's driver fails (error %d of %s): nvidia-smi must work; after an update of the",
                  status, call)
              + " driver the machine has to be restarted");
    }
  }

  /** A version as it is written: {@code 12.2}. */
  public String versionText() {
    return versionText(version);
  }

  static String versionText(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }
}
