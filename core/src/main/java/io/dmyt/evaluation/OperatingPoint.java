package io.dmyt.evaluation;

import static io.dmyt.evaluation.Checks.require;

import java.util.Locale;

/**
 * From which P(fake) on a sample is called fake, and why from there.
 *
 * @param threshold P(fake) that is called fake, it and everything above; 0 to {@link
 *     RocCurve#NEVER}
 * @param criterion how it was chosen, in words
 * @param falsePositiveRate the share of real samples called fake where it was chosen; NaN if it was
 *     not chosen on data
 * @param truePositiveRate the share of fakes called fake where it was chosen; NaN likewise
 */
public record OperatingPoint(
    double threshold, String criterion, double falsePositiveRate, double truePositiveRate) {
  /** One half: fake is what is likelier fake than real. */
  public static final OperatingPoint DEFAULT =
      new OperatingPoint(0.5, "one half", Double.NaN, Double.NaN);

  public OperatingPoint {
    require(
        threshold >= 0 && threshold <= RocCurve.NEVER,
        "a threshold is in 0 to 1, found %s",
        threshold);
    require(criterion != null && !criterion.isBlank(), "an operating point says its criterion");
  }

  /**
   * The threshold at the equal error rate.
   *
   * @throws IllegalStateException without a curve
   */
  public static OperatingPoint atEqualErrorRate(RocCurve curve) {
    double threshold = curve.equalErrorRate().threshold();
    RocCurve.Point point =
        curve.points().stream()
            .filter(p -> p.threshold() == threshold)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "a threshold needs real and fake samples with scores"));
    return of(point, "equal error rate");
  }

  /**
   * The threshold that finds most fakes while calling at most a wanted share of the real samples
   * fake. With few real samples it may be {@link RocCurve#NEVER}, so that nothing is called fake.
   *
   * @param wanted the share, 0 to 1
   * @throws IllegalStateException without a curve
   */
  public static OperatingPoint atFalsePositiveRate(RocCurve curve, double wanted) {
    return of(
        curve.atFalsePositiveRate(wanted),
        String.format(Locale.ROOT, "false positive rate at most %s", wanted));
  }

  private static OperatingPoint of(RocCurve.Point point, String criterion) {
    return new OperatingPoint(
        point.threshold(), criterion, point.falsePositiveRate(), point.truePositiveRate());
  }

  /** Whether a sample with this P(fake) is called fake. */
  public boolean isFake(double probability) {
    return probability >= threshold;
  }
}
