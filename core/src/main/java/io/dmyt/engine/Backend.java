package io.dmyt.engine;

import io.dmyt.internal.Text;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * ND4J's backend, on which arrays are computed: a CPU's, or with the Maven profile {@code cuda}
 * that of CUDA 11.6.
 *
 * <p>Nothing here loads ND4J, whose CUDA backend fails with a stack trace, or on a GPU that it has
 * no kernels for not before the first of them is started.
 */
public final class Backend {
  private static final String CUDA = "org.nd4j.linalg.jcublas.JCublasBackend";

  /** CUDA 11's libraries run on every driver that knows this version. */
  private static final int OLDEST_DRIVER = 11_000;

  private Backend() {}

  /** Whether ND4J's CUDA backend is on the class path, which it takes then. */
  public static boolean isCuda() {
    try {
      Class.forName(CUDA, false, Backend.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** Why ND4J can't compute here, with what to do, or null if it can. */
  public static @Nullable String unusableBecause() {
    return isCuda() ? unusableBecause(CudaDriver.get()) : null;
  }

  /**
   * To be called before ND4J is.
   *
   * @throws IllegalStateException if ND4J can't compute here; the message says why and what to do
   */
  public static void require() {
    String reason = unusableBecause();
    if (reason != null) {
      throw new IllegalStateException("ND4J's CUDA backend can't be used: " + reason);
    }
  }

  static @Nullable String unusableBecause(CudaDriver driver) {
    if (driver.problem() != null) {
      return driver.problem() + "; a build without -Pcuda or --cuda runs on the CPU";
    }
    if (driver.version() < OLDEST_DRIVER) {
      return Text.format(
          "NVIDIA's driver knows CUDA %s, %s is needed: install version 450.80 or newer",
          driver.versionText(), CudaDriver.versionText(OLDEST_DRIVER));
    }
    // ND4J prepares every GPU that it sees.
    List<Gpu> without = driver.gpus().stream().filter(gpu -> !hasKernels(gpu)).toList();
    if (without.isEmpty()) {
      return null;
    }
    Gpu first = without.get(0);
    List<Gpu> with = driver.gpus().stream().filter(Backend::hasKernels).toList();
    return Text.format(
            "GPU %d, %s, has compute capability %s, and ND4J's CUDA build has kernels for 3.7 to 8.9: ",
            first.index(), first.name(), first.capability())
        + (with.isEmpty()
            ? "use a build without -Pcuda or --cuda"
            : "hide it with CUDA_VISIBLE_DEVICES="
                + with.stream()
                    .map(gpu -> Integer.toString(gpu.index()))
                    .collect(Collectors.joining(",")));
  }

  /**
   * Whether ND4J's natives drive a GPU. They are machine code for 3.7, 5.0, 5.2, 6.0, 6.1, 7.0,
   * 7.5, 8.0 and 8.6, which runs on the same or a later minor version of the same major one, and no
   * PTX, from which a driver could make code for others.
   */
  static boolean hasKernels(Gpu gpu) {
    return gpu.major() == 3 ? gpu.minor() >= 7 : gpu.major() >= 5 && gpu.major() <= 8;
  }
}
