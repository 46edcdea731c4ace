package io.dmyt.evaluation;

import static io.dmyt.evaluation.Checks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * What turns a detector's raw P(fake) into one that means what it says, and the threshold that its
 * verdict is made at: {@code P' = σ(slope · logit(P) + offset)}, which leaves the ranking as it is.
 *
 * <p>Fitted on samples the network was not trained on, by maximum likelihood. The truths that it is
 * fitted to are not 0 and 1 but {@code 1/(reals + 2)} and {@code (fakes + 1)/(fakes + 2)}, as Platt
 * has it, so that the fit exists even where the scores separate real from fake without error.
 *
 * @param kind how slope and offset were fitted
 * @param slope above 0 and finite
 * @param offset finite
 * @param operatingPoint from which calibrated P(fake) on a sample is called fake
 */
public record Calibration(Kind kind, double slope, double offset, OperatingPoint operatingPoint) {
  /** Scores as they are, and a threshold of one half. */
  public static final Calibration NONE = new Calibration(Kind.NONE, 1, 0, OperatingPoint.DEFAULT);

  /** How far P(fake) is kept from 0 and 1, where the logit is infinite. */
  private static final double CLIP = Math.ulp(1.0);

  /** How a calibration was fitted. */
  public enum Kind {
    /** Not fitted: slope 1, offset 0. */
    @JsonProperty("none")
    NONE,
    /** One parameter, the slope 1/temperature (Guo et al., ICML 2017); offset 0. */
    @JsonProperty("temperature")
    TEMPERATURE,
    /**
     * Both (Platt 1999, with the Newton method of Lin, Lin and Weng, <i>A note on Platt's
     * probabilistic outputs for support vector machines</i>, Machine Learning 2007).
     */
    @JsonProperty("platt")
    PLATT
  }

  public Calibration {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(operatingPoint, "operatingPoint");
    require(
        slope > 0 && Double.isFinite(slope), "slope must be above 0 and finite, found %s", slope);
    require(Double.isFinite(offset), "offset must be finite, found %s", offset);
    require(kind == Kind.PLATT || offset == 0, "%s has no offset, found %s", kind, offset);
    require(kind != Kind.NONE || slope == 1, "NONE has slope 1, found %s", slope);
  }

  /**
   * Fits a calibration, with a threshold of one half.
   *
   * @param scores raw P(fake); samples that could not be scored are left out
   * @throws IllegalArgumentException if real or fake samples are missing, or the fakes' scores are
   *     not higher than the reals', so that no calibration with a slope above 0 is better than none
   */
  public static Calibration fit(Kind kind, DetectionScores scores) {
    if (kind == Kind.NONE) {
      return NONE;
    }
    LogisticFit fit = LogisticFit.of(scores, kind == Kind.PLATT);
    require(
        fit.slope() > 0,
        "the fakes' scores are not higher than the reals' (fitted slope %s): nothing to calibrate",
        fit.slope());
    return new Calibration(kind, fit.slope(), fit.offset(), OperatingPoint.DEFAULT);
  }

  /** The same scale with another threshold. */
  public Calibration at(OperatingPoint point) {
    return new Calibration(kind, slope, offset, point);
  }

  /** Calibrated P(fake) from the raw one, 0 to 1; NaN of NaN. */
  public double apply(double probability) {
    return kind == Kind.NONE ? probability : FakeScore.ofLogit(slope * logit(probability) + offset);
  }

  /** {@code ln(p / (1 − p))}, with p kept away from 0 and 1. */
  static double logit(double probability) {
    double clipped = Math.min(Math.max(probability, CLIP), 1 - CLIP);
    return Math.log(clipped) - Math.log1p(-clipped);
  }
}
