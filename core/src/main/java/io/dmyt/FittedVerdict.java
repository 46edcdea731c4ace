package io.dmyt;

import io.dmyt.internal.Text;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is fitted to a trained network, so that another network needs another one.
 *
 * @param calibration {@link Calibration#NONE} at first
 * @param calibratedOn null if unknown
 * @param rule what judges the network, where that has to be fitted; else null
 * @param ruleOn null if unknown
 */
record FittedVerdict(
    Calibration calibration,
    @Nullable FittingData calibratedOn,
    @Nullable DecisionRule rule,
    @Nullable FittingData ruleOn) {
  static final FittedVerdict NONE = new FittedVerdict(Calibration.NONE, null, null, null);

  FittedVerdict calibrated(Calibration by, @Nullable FittingData on) {
    return new FittedVerdict(Objects.requireNonNull(by, "calibration"), on, rule, ruleOn);
  }

  /** The rule of a detector whose rule has to be fitted. */
  DecisionRule requireRule(DetectorSpec spec) {
    if (rule == null) {
      throw new IllegalStateException(
          Text.format(
                  "a detector trained with %s has no verdict before its rule (%s) is fitted to embeddings,",
                  spec.loss().label(), spec.loss().rule().label())
              + " as dmyt calibrate does");
    }
    return rule;
  }
}
