package io.dmyt.training;

/** Is told how training goes, in the thread that trains. */
public interface TrainingMonitor {
  /** Hears nothing. */
  TrainingMonitor SILENT = new TrainingMonitor() {};

  /**
   * An epoch begins.
   *
   * @param epoch counted from 1
   * @param images how many it will train on at most
   */
  default void epochStarted(int epoch, int images) {}

  /**
   * A step is done.
   *
   * @param images trained on in this epoch so far
   * @param loss of this step
   * @param accuracy over this epoch so far, in [0, 1]
   */
  default void stepDone(int images, double loss, double accuracy) {}

  /** The epoch's training is done; validation begins. */
  default void validationStarted(int epoch) {}

  /** An epoch is done; the best one so far has been kept already. */
  default void epochDone(EpochResult result) {}
}
