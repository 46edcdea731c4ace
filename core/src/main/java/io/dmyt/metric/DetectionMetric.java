package io.dmyt.metric;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The metrics by which P(fake) is judged. All are between 0 and 1 but for the log loss. */
public enum DetectionMetric {
  /** The area under the ROC curve: the chance that a fake scores above a real; ties count half. */
  @JsonProperty("rocAuc")
  ROC_AUC("ROC AUC", true),
  /**
   * The mean of the precision at each fake found, {@code Σ (R_n − R_{n−1}) P_n} from the highest
   * score down, ties taken together; not interpolated.
   */
  @JsonProperty("averagePrecision")
  AVERAGE_PRECISION("Average precision", true),
  /** Where as large a share of the fakes is missed as of the reals is called fake. */
  @JsonProperty("equalErrorRate")
  EQUAL_ERROR_RATE("Equal error rate", false),
  /** The share of all samples called right, at the threshold. */
  @JsonProperty("accuracy")
  ACCURACY("Accuracy", true),
  /** The mean of the shares of the reals and of the fakes called right, at the threshold. */
  @JsonProperty("balancedAccuracy")
  BALANCED_ACCURACY("Balanced accuracy", true),
  /** The share of the fakes called fake, at the threshold. */
  @JsonProperty("truePositiveRate")
  TRUE_POSITIVE_RATE("True positive rate", true),
  /** The share of the reals called fake, at the threshold. */
  @JsonProperty("falsePositiveRate")
  FALSE_POSITIVE_RATE("False positive rate", false),
  /**
   * The mean of −ln of the probability given to the truth, 0 or above; probabilities are kept 2⁻⁵²
   * away from 0 and 1, so that one sure error costs 36 and not infinity.
   */
  @JsonProperty("logLoss")
  LOG_LOSS("Log loss", false),
  /** The mean squared distance between P(fake) and the truth, 0 or 1. */
  @JsonProperty("brierScore")
  BRIER_SCORE("Brier score", false),
  /** How far P(fake) is from the share of fakes: {@link Reliability#expectedCalibrationError()}. */
  @JsonProperty("expectedCalibrationError")
  CALIBRATION_ERROR("Expected calibration error", false);

  private final String label;
  private final boolean higherIsBetter;

  DetectionMetric(String label, boolean higherIsBetter) {
    this.label = label;
    this.higherIsBetter = higherIsBetter;
  }

  /** The metric's name for people. */
  public String label() {
    return label;
  }

  /** Whether a higher value is a better one. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }
}
