package io.dmyt.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * What one side did in one job.
 *
 * @param side the side's name
 * @param job network, batch and task
 * @param description engine, version, precision
 * @param seconds of each timed step, in order
 * @param together of each step timed while a second process did the same; empty if not asked for
 * @param value what its first step computed: the mean absolute embedding, or the loss
 * @param peakBytes the most memory that its process had resident
 */
record Measurement(
    Contestant side,
    Job job,
    String description,
    List<Double> seconds,
    List<Double> together,
    double value,
    long peakBytes) {

  Measurement {
    if (seconds.isEmpty()) {
      throw new IllegalArgumentException(side + " was not timed at " + job);
    }
    seconds = List.copyOf(seconds);
    together = List.copyOf(together);
  }

  /** The middle of the times; of an even number, the mean of the two in the middle. */
  double median() {
    return median(seconds);
  }

  /** The middle of the times beside a second process; NaN if there are none. */
  double medianTogether() {
    return together.isEmpty() ? Double.NaN : median(together);
  }

  static double median(List<Double> times) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double[] middle = Arrays.copyOfRange(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1);
    return Arrays.stream(middle).average().orElseThrow();
  }

  /** The shortest of the times: what other load on the machine disturbs least. */
  double fastest() {
    return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** How far the median lies above the fastest: 1 on a quiet machine. */
  double unrest() {
    return median() / fastest();
  }
}
