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

  /**
   * @param what is no longer finite, and where
   * @param learningRate of the run
   * @param layers with the longest gradients, in words
   */
  DivergedException(String what, double learningRate, String layers) {
    super(
        Text.format(
            "%s: try a lower learning rate than %s; the longest gradients are in %s",
            what, learningRate, layers));
  }
}
