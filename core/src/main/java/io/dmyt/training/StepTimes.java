package io.dmyt.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How long a step takes.
 *
 * @param rounds how often it was timed
 * @param seconds the median
 * @param fastest seconds of the fastest
 * @param imagesPerSecond at the median
 * @param peakResidentBytes the most memory that the process has had resident by then, or null where
 *     the system does not say
 */
public record StepTimes(
    int rounds,
    double seconds,
    double fastest,
    double imagesPerSecond,
    @Nullable Long peakResidentBytes) {
  /** Compiles, fills caches and lets the JVM see the code, untimed. */
  public static final int WARM_UP = 2;

  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * Times a step.
   *
   * @param batch images of one step
   * @param progress is told the number of steps done, those of the warm-up among them
   */
  public static StepTimes of(Runnable step, int batch, int rounds, IntConsumer progress)
      throws IOException {
    double[] seconds = new double[rounds];
    for (int i = -WARM_UP; i < rounds; i++) {
      long start = System.nanoTime();
      step.run();
      if (i >= 0) {
        seconds[i] = (System.nanoTime() - start) / 1e9;
      }
      progress.accept(i + WARM_UP + 1);
    }
    return of(seconds, batch, peakOfProcess());
  }

  /**
   * Sums up times that were measured.
   *
   * @param seconds of each step, at least one
   * @param batch images of one step
   * @param peakResidentBytes the most memory that the process held; null if unknown
   */
  public static StepTimes of(double[] seconds, int batch, @Nullable Long peakResidentBytes) {
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new StepTimes(n, median, sorted[0], batch / median, peakResidentBytes);
  }

  private static @Nullable Long peakOfProcess() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return null;
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return null;
  }
}
