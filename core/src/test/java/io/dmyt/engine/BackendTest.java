package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said where ND4J's CUDA backend can't be used. */
class BackendTest {
  private static final int CUDA_12 = 12_020;

  private static CudaDriver driver(int version, String... capabilities) {
    List<Gpu> gpus =
        IntStream.range(0, capabilities.length).mapToObj(i -> gpu(i, capabilities[i])).toList();
    return new CudaDriver(null, version, gpus);
  }

  private static Gpu gpu(int index, String capability) {
    int[] parts = Arrays.stream(capability.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
    return new Gpu(index, "card " + index, parts[0], parts[1], 1L << 33);
  }

  /** By the architectures in ND4J's library: machine code runs on later minor versions only. */
  @ParameterizedTest
  @CsvSource({
    "3.0, false", "3.5, false", "3.7, true", "5.0, true", "5.3, true", "6.1, true", "7.0, true",
    "7.5, true", "8.0, true", "8.6, true", "8.9, true", "9.0, false", "10.0, false", "12.0, false"
  })
  void capabilitiesThatTheKernelsAreFor(String capability, boolean driven) {
    assertEquals(driven, Backend.hasKernels(gpu(0, capability)));
    String reason = Backend.unusableBecause(driver(CUDA_12, capability));
    assertEquals(driven, reason == null);
    if (!driven) {
      assertEquals(
          "GPU 0, card 0, has compute capability "
              + capability
              + ", and ND4J's CUDA build has kernels for 3.7 to 8.9: use a build without -Pcuda or"
              + " --cuda",
          reason);
    }
  }

  /** ND4J prepares every GPU that it sees, not just the one that it uses. */
  @Test
  void aGpuWithoutKernelsIsToBeHidden() {
    assertNull(Backend.unusableBecause(driver(CUDA_12, "8.6", "7.5")));
    String reason = Backend.unusableBecause(driver(CUDA_12, "8.6", "9.0", "7.5"));
    assertTrue(reason.startsWith("GPU 1, card 1, has compute capability 9.0"), reason);
    assertTrue(reason.endsWith("hide it with CUDA_VISIBLE_DEVICES=0,2"), reason);
  }

  @Test
  void driverThatIsTooOld() {
    assertNull(Backend.unusableBecause(driver(11_000, "8.6")));
    assertEquals(
        "NVIDIA's driver knows CUDA 10.2, 11.0 is needed: install version 450.80 or newer",
        Backend.unusableBecause(driver(10_020, "7.5")));
  }

  @Test
  void noGpu() {
    String reason = Backend.unusableBecause(new CudaDriver("no card: buy one", 0, List.of()));
    assertEquals("no card: buy one; a build without -Pcuda or --cuda runs on the CPU", reason);
  }

  /** As JavaCPP wraps what the dynamic linker says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/c/libjnicudart.so: libcuda.so.1: cannot open shared object file | libcuda.so.1 is not found",
        "/c/libjnicudart.so: libcudart.so.13: cannot open shared object file | libcudart.so.13 is not",
        "no jnicudart in java.library.path | do not load (no jnicudart in java.library.path)",
        "Could not initialize class cudart | do not load (no jnicudart in java.library.path)",
      })
  void bindingsThatDoNotLoad(String cause, String said) {
    LinkageError error = new UnsatisfiedLinkError("no jnicudart in java.library.path");
    error.initCause(new UnsatisfiedLinkError(cause));
    String message = CudaDriver.missing(error);
    assertTrue(message.contains(said), message);
    assertEquals(1, message.lines().count());
  }
}
