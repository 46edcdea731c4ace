package io.dmyt;

/**
 * What is fitted to a trained network, so that another network needs another one.
 *
 * @param calibration {@link Calibration#NONE} at first
 * @param calibratedOn null if unknown
 * @param rule what judges the network, where that has to be fitted; else null
 * @param ruleOn null if unknown
 */
record FittedParts(
    Calibration calibration, FittedOn calibratedOn, DecisionRule rule, FittedOn ruleOn) {
  static final FittedParts NONE = new FittedParts(Calibration.NONE, null, null, null);

  FittedParts calibrated(Calibration by, FittedOn on) {
    return new FittedParts(by, on, rule, ruleOn);
  }
}
