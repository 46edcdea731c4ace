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
record FittedParts(
    Calibration calibration,
    @Nullable FittedOn calibratedOn,
    @Nullable DecisionRule rule,
    @Nullable FittedOn ruleOn) {
  static final FittedParts NONE = new FittedParts(Calibration.NONE, null, null, null);

  FittedParts calibrated(Calibration by, @Nullable FittedOn on) {
    return new FittedParts(Objects.requireNonNull(by, "calibration"), on, rule, ruleOn);
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
