package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How well P(fake) tells real from fake, with intervals.
 *
 * @param reals how many real samples were scored
 * @param fakes how many fake samples were scored
 * @param unscored how many samples could not be scored; they are in none of the metrics
 * @param threshold P(fake) from which on a sample is called fake
 * @param equalErrorThreshold the threshold at the equal error rate; NaN with a single class
 * @param bootstrap how the intervals were made
 * @param metrics every {@link DetectionMetric}. With a single class those of ranking (ROC AUC,
 *     average precision, equal error rate) are NaN, with no samples all of them are
 */
public record DetectionReport(
    long reals,
    long fakes,
    long unscored,
    double threshold,
    double equalErrorThreshold,
    Bootstrap bootstrap,
    Map<DetectionMetric, Estimate> metrics) {

  /**
   * @throws IllegalArgumentException if a metric is missing
   */
  public DetectionReport {
    metrics = Collections.unmodifiableMap(new EnumMap<>(metrics));
    require(metrics.size() == DetectionMetric.values().length, "metrics are missing: %s", metrics);
  }

  /**
   * Computes the metrics of scores.
   *
   * @param threshold P(fake) from which on a sample is called fake, 0 to {@link RocCurve#NEVER}
   * @throws IllegalArgumentException if it is out of range
   */
  public static DetectionReport of(DetectionScores scores, double threshold, Bootstrap bootstrap) {
    require(
        threshold >= 0 && threshold <= RocCurve.NEVER,
        "a threshold must be from 0 to 1, found %s",
        threshold);
    Resampler resampler = new Resampler(scores, threshold);
    double[] values = resampler.original();
    double[][] resampled = resampler.resamples(bootstrap.resamples(), bootstrap.seed());
    Map<DetectionMetric, Estimate> metrics = new EnumMap<>(DetectionMetric.class);
    for (DetectionMetric metric : DetectionMetric.values()) {
      int m = metric.ordinal();
      double[] ofMetric =
          IntStream.range(0, resampled.length).mapToDouble(r -> resampled[r][m]).toArray();
      metrics.put(metric, Estimate.of(values[m], ofMetric, bootstrap.confidence()));
    }
    return new DetectionReport(
        resampler.reals(),
        resampler.fakes(),
        scores.unscored(),
        threshold,
        RocCurve.of(scores).equalErrorRate().threshold(),
        bootstrap,
        metrics);
  }

  /** The same with other values of the metrics. */
  public DetectionReport withMetrics(Map<DetectionMetric, Estimate> others) {
    return new DetectionReport(
        reals, fakes, unscored, threshold, equalErrorThreshold, bootstrap, others);
  }

  /** A metric's value with its interval. */
  public Estimate estimate(DetectionMetric metric) {
    return Objects.requireNonNull(metrics.get(metric));
  }

  /** A metric's value; NaN if it does not exist. */
  public double value(DetectionMetric metric) {
    return estimate(metric).value();
  }
}
