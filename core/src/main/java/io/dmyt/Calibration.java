package io.dmyt;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dmyt.internal.Text;
import java.util.Objects;

/**
 * What turns a detector's raw P(fake) into one that means what it says, and the threshold that its
 * verdict is made at: {@code P' = σ(slope · logit(P) + offset)}, which leaves the ranking as it is.
 *
 * <p>A value: {@code io.dmyt.evaluation.Calibrations} fits it to data.
 *
 * @param kind how slope and offset were fitted
 * @param slope above 0 and finite
 * @param offset finite
 * @param operatingPoint from which calibrated P(fake) on a sample is called fake
 */
public record Calibration(Kind kind, double slope, double offset, OperatingPoint operatingPoint) {
  /** Scores as they are, and a threshold of one half. */
  public static final Calibration NONE = new Calibration(Kind.NONE, 1, 0, OperatingPoint.DEFAULT);

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

  /**
   * @throws IllegalArgumentException if slope or offset is out of range, or not as the kind has it
   */
  public Calibration {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(operatingPoint, "operatingPoint");
    if (!(slope > 0 && Double.isFinite(slope))) {
      throw new IllegalArgumentException("slope must be above 0 and finite, found " + slope);
    }
    if (!Double.isFinite(offset)) {
      throw new IllegalArgumentException("offset must be finite, found " + offset);
    }
    if (kind != Kind.PLATT && offset != 0) {
      throw new IllegalArgumentException(Text.format("%s has no offset, found %s", kind, offset));
    }
    if (kind == Kind.NONE && slope != 1) {
      throw new IllegalArgumentException("NONE has slope 1, found " + slope);
    }
  }

  /** The same scale with another threshold. */
  public Calibration at(OperatingPoint point) {
    return new Calibration(kind, slope, offset, point);
  }

  /** Calibrated P(fake) from the raw one, 0 to 1; NaN of NaN. */
  public double apply(double probability) {
    return kind == Kind.NONE
        ? probability
        : FakeScore.ofLogit(slope * FakeScore.toLogit(probability) + offset);
  }
}
