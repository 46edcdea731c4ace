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
record Fitted(Calibration calibration, FittedOn calibratedOn, EmbeddingSvm svm, FittedOn svmOn) {
  static final Fitted NONE = new Fitted(Calibration.NONE, null, null, null);

  Fitted calibrated(Calibration by, FittedOn on) {
    return new Fitted(by, on, svm, svmOn);
  }
}
