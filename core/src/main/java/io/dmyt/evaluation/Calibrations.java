package io.dmyt.evaluation;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Calibration;
import io.dmyt.OperatingPoint;
import io.dmyt.internal.Text;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.LogisticFit;
import io.dmyt.metric.RocCurve;

/**
 * Fits calibrations and chooses thresholds on samples whose truth is known, and which the network
 * was not trained on.
 */
public final class Calibrations {
  private Calibrations() {}

  /**
   * Fits a calibration by maximum likelihood, with a threshold of one half.
   *
   * <p>The truths that it is fitted to are not 0 and 1 but {@code 1/(reals + 2)} and {@code (fakes
   * + 1)/(fakes + 2)}, as Platt has it, so that the fit exists even where the scores separate real
   * from fake without error.
   *
   * @param scores raw P(fake); samples that could not be scored are left out
   * @throws IllegalArgumentException if real or fake samples are missing, or the fakes' scores are
   *     not higher than the reals', so that no calibration with a slope above 0 is better than none
   */
  public static Calibration fit(Calibration.Kind kind, DetectionScores scores) {
    if (kind == Calibration.Kind.NONE) {
      return Calibration.NONE;
    }
    LogisticFit fit = LogisticFit.of(scores, kind == Calibration.Kind.PLATT);
    require(
        fit.slope() > 0,
        "the fakes' scores are not higher than the reals' (fitted slope %s): nothing to"
            + " calibrate; with the method none, scores stay as they are",
        fit.slope());
    return new Calibration(kind, fit.slope(), fit.offset(), OperatingPoint.DEFAULT);
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
            .orElseThrow(RocCurve::noCurve);
    return of(point, "equal error rate");
  }

  /**
   * The threshold that finds most fakes while calling at most a wanted share of the real samples
   * fake. With few real samples it may be {@link OperatingPoint#NEVER}, so that nothing is called
   * fake.
   *
   * @param wanted the share, 0 to 1
   * @throws IllegalStateException without a curve
   */
  public static OperatingPoint atFalsePositiveRate(RocCurve curve, double wanted) {
    return of(
        curve.atFalsePositiveRate(wanted), Text.format("false positive rate at most %s", wanted));
  }

  private static OperatingPoint of(RocCurve.Point point, String criterion) {
    return new OperatingPoint(
        point.threshold(), criterion, point.falsePositiveRate(), point.truePositiveRate());
  }
}
