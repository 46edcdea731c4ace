package io.dmyt;

import io.dmyt.svm.EmbeddingSvm;

/**
 * What is fitted to a trained network, so that another network needs another one.
 *
 * @param calibration {@link Calibration#NONE} at first
 * @param calibratedOn null if unknown
 * @param svm what judges the embeddings of a Triplet network; else null
 * @param svmOn null if unknown
 */
record FittedParts(
    Calibration calibration, FittedOn calibratedOn, EmbeddingSvm svm, FittedOn svmOn) {
  static final FittedParts NONE = new FittedParts(Calibration.NONE, null, null, null);

  FittedParts calibrated(Calibration by, FittedOn on) {
    return new FittedParts(by, on, svm, svmOn);
  }
}
