package io.dmyt.evaluation;

import io.dmyt.OperatingPoint;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.RocCurve;

/** How the threshold is chosen from which on a sample is called fake. */
@FunctionalInterface
public interface ThresholdChoice {
  /**
   * Chooses it.
   *
   * @param calibrated P(fake) of samples whose truth is known
   */
  OperatingPoint choose(DetectionScores calibrated);

  /** Where as large a share of the fakes is missed as of real samples is called fake. */
  static ThresholdChoice equalErrorRate() {
    return scores -> Calibrations.atEqualErrorRate(RocCurve.of(scores));
  }

  /**
   * The lowest at which no more than a wanted share of the real samples is called fake.
   *
   * @param wanted 0 to 1
   */
  static ThresholdChoice falsePositiveRate(double wanted) {
    return scores -> Calibrations.atFalsePositiveRate(RocCurve.of(scores), wanted);
  }

  /**
   * A given one, whatever it does.
   *
   * @param threshold P(fake), 0 to 1
   */
  static ThresholdChoice given(double threshold) {
    return scores -> {
      DetectionReport report = DetectionReport.of(scores, threshold, Bootstrap.NONE);
      return new OperatingPoint(
          threshold,
          "given",
          report.value(DetectionMetric.FALSE_POSITIVE_RATE),
          report.value(DetectionMetric.TRUE_POSITIVE_RATE));
    };
  }
}
