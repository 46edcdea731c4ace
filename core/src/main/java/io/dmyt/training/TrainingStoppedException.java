package io.dmyt.training;

/** A training was stopped on request, after its state was saved. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int epoch;

  TrainingStoppedException(int epoch) {
    super("stopped in epoch " + epoch);
    this.epoch = epoch;
  }

  /** The epoch it was stopped in, counted from 1. */
  public int epoch() {
    return epoch;
  }
}
