package io.dmyt.training;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Keeps what a training needs to go on after it was stopped, and says when to stop. Called by the
 * thread that trains.
 */
public interface Checkpoints {
  /** A training from the start that keeps nothing and runs to its end. */
  Checkpoints NONE = new Checkpoints() {};

  /** Where to begin; the detector has the weights and the optimiser's state that belong to it. */
  default TrainingState start() {
    return TrainingState.START;
  }

  /** The moving average of the parameters where training is to begin; null if there is none. */
  default @Nullable INDArray average() {
    return null;
  }

  /** Whether to save, stop and throw {@link TrainingStoppedException}; asked after every step. */
  default boolean stopRequested() {
    return false;
  }

  /** Whether it is time to save; asked after every step, and not at the end of an epoch. */
  default boolean due() {
    return false;
  }

  /**
   * A step is done.
   *
   * @param number of the step, counted from 1 over all epochs
   * @param loss before the step
   */
  default void stepDone(long number, double loss) {}

  /**
   * Saves the detector as it is now, with its optimiser's state.
   *
   * @param state where to go on
   * @param average the moving average of the parameters, if there is one
   * @throws IOException if it can't be saved; what was saved before must stay
   */
  default void save(TrainingState state, @Nullable INDArray average) throws IOException {}
}
