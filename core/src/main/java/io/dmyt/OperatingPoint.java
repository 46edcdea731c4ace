package io.dmyt;

import io.dmyt.metric.RocCurve;

/**
 * From which P(fake) on a sample is called fake, and why from there.
 *
 * @param threshold P(fake) that is called fake, it and everything above; 0 to {@link #NEVER}
 * @param criterion how it was chosen, in words
 * @param falsePositiveRate the share of real samples called fake where it was chosen; NaN if it was
 *     not chosen on data
 * @param truePositiveRate the share of fakes called fake where it was chosen; NaN likewise
 */
public record OperatingPoint(
    double threshold, String criterion, double falsePositiveRate, double truePositiveRate) {
  /** The threshold that no P(fake) reaches: just above 1. */
  public static final double NEVER = RocCurve.NEVER;

  /** One half: fake is what is likelier fake than real. */
  public static final OperatingPoint DEFAULT =
      new OperatingPoint(0.5, "one half", Double.NaN, Double.NaN);

  /**
   * @throws IllegalArgumentException if the threshold is out of range or the criterion blank
   */
  public OperatingPoint {
    if (!(threshold >= 0 && threshold <= NEVER)) {
      throw new IllegalArgumentException("a threshold must be from 0 to 1, found " + threshold);
    }
    if (criterion == null || criterion.isBlank()) {
      throw new IllegalArgumentException("an operating point needs a criterion");
    }
  }

  /** Whether a sample with this P(fake) is called fake; NaN is not. */
  public boolean isFake(double probability) {
    return probability >= threshold;
  }
}
