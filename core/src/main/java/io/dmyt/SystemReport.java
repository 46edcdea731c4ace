package io.dmyt;

import io.dmyt.engine.Backend;
import io.dmyt.engine.CudaDriver;
import io.dmyt.engine.Engine;
import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Gpu;
import io.dmyt.engine.Precision;
import io.dmyt.hub.CacheFolder;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a detector runs on here: versions, ND4J's backend, GPUs, engines, memory and caches; and
 * what to do about whatever is not in order.
 *
 * @param entries in the order in which they are best read
 * @param usable whether anything can be computed
 */
public record SystemReport(List<Entry> entries, boolean usable) {

  /**
   * One thing.
   *
   * @param advice what to do about it, or null if it is in order
   */
  public record Entry(String name, String value, @Nullable String advice) {}

  /** Copies the list. */
  public SystemReport {
    entries = List.copyOf(entries);
  }

  /** Looks. What is missing is an entry, not an exception; ND4J is loaded where it can be. */
  public static SystemReport create() {
    Builder builder = new Builder();
    builder.versions();
    String reason = Backend.unusableBecause();
    if (reason == null) {
      builder.backend();
    } else {
      builder.add("backend", "ND4J's CUDA backend: not usable", reason);
    }
    builder.gpus(CudaDriver.get(), reason == null);
    if (reason == null) {
      Engines.providers().forEach(builder::provider);
      builder.chosenEngine();
    }
    builder.entries.add(MemoryLimits.here().entry());
    builder.entries.add(CacheSize.of(CacheFolder.get()).entry("cache", CacheFolder.VARIABLE));
    builder.nativesCache();
    return new SystemReport(builder.entries, reason == null);
  }

  private static final class Builder {
    final List<Entry> entries = new ArrayList<>();

    void add(String name, Object value, @Nullable String advice) {
      entries.add(new Entry(name, value.toString(), advice));
    }

    void versions() {
      add("dmyt", Version.current(), null);
      add("DL4J, ND4J", Version.dl4j(), null);
      add("JavaCPP", javacppVersion(), null);
      add("Java", Runtime.version() + ", " + System.getProperty("java.vm.name"), null);
      String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
      add("system", Text.format("%s, %d processors", system, processors()), null);
    }

    private static int processors() {
      return Runtime.getRuntime().availableProcessors();
    }

    private static String javacppVersion() {
      try {
        return Loader.getVersion();
      } catch (IOException e) {
        return "unknown";
      }
    }

    void backend() {
      Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
      add("backend", Nd4j.getBackend().getClass().getSimpleName(), null);
      add("device", environment.getProperty("backend"), null);
      add("BLAS", environment.getProperty("blas.vendor"), null);
      int threads = Nd4j.getEnvironment().maxThreads();
      String setting = System.getenv("OMP_NUM_THREADS");
      boolean limited = setting != null && threads < processors();
      add(
          "threads",
          threads,
          limited
              ? Text.format("OMP_NUM_THREADS=%s leaves processors idle: unset it", setting)
              : null);
    }

    /**
     * @param complain whether what is wrong with the GPUs has not been said yet
     */
    void gpus(CudaDriver driver, boolean complain) {
      if (driver.problem() != null) {
        boolean present = NvidiaFiles.here().gpuIsPresent();
        String advice = present && complain ? driver.problem() : null;
        add("GPU", present ? "NVIDIA's, not usable" : "none that CUDA could use", advice);
        return;
      }
      add("driver", NvidiaFiles.here().release() + "CUDA " + driver.versionText(), null);
      for (Gpu gpu : driver.gpus()) {
        String memory = MemoryLimits.megabytes(gpu.memory());
        String value =
            Text.format("%s, compute capability %s, %s", gpu.name(), gpu.capability(), memory);
        add("GPU " + gpu.index(), value, null);
      }
    }

    void provider(EngineProvider provider) {
      String reason = provider.unavailableBecause();
      if (reason == null) {
        String hardware = provider.hardware();
        add(
            provider.title(),
            provider.version()
                + (hardware.isEmpty() ? "" : ", " + hardware)
                + (provider.accelerates(Precision.BF16) ? ", bf16" : ", no instructions for bf16"),
            null);
      } else {
        add(provider.title(), "not available: " + reason, null);
      }
    }

    void chosenEngine() {
      Engine best = Engines.best();
      String precision = best.options().precision().name().toLowerCase(Locale.ROOT);
      boolean slow = best.equals(Engines.dl4j()) && !Backend.isCuda();
      add(
          "engine in use",
          best.equals(Engines.dl4j())
              ? "DL4J's own layers, f32"
              : Text.format("%s (%s), %s", best.title(), best.name(), precision),
          slow
              ? "several times slower than oneDNN: put org.bytedeco:dnnl with this platform's"
                  + " natives on the class path"
              : null);
    }

    void nativesCache() {
      try {
        entries.add(
            CacheSize.of(Loader.getCacheDir().toPath())
                .entry("native libraries", "-Dorg.bytedeco.javacpp.cachedir"));
      } catch (IOException e) {
        add(
            "native libraries",
            "nowhere to unpack them",
            Text.format("%s: name a folder with -Dorg.bytedeco.javacpp.cachedir", e.getMessage()));
      }
    }
  }
}
