package io.dmyt.training;

import io.dmyt.internal.Text;

/** A training whose loss or weights are no longer finite: it can't go on. */
public final class DivergedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * @param what is no longer finite, and where
   * @param learningRate of the run, which is most often too high
   */
  DivergedException(String what, double learningRate) {
    super(Text.format("%s: try a lower learning rate than %s", what, learningRate));
  }
}
