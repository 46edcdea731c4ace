package io.dmyt.training;

import io.dmyt.internal.Text;
import java.util.List;

/**
 * How far a training has come. With the network's parameters, the optimiser's state and the graph's
 * count of steps, which a saved detector holds, it is all that is needed to go on as if nothing had
 * happened: the order of images is a function of seed and epoch.
 *
 * @param epoch the current one, from 0
 * @param position how far into the epoch: for an {@code ImageFolderIterator} its position, for
 *     another iterator the number of batches taken
 * @param metrics of the epoch so far
 * @param seconds spent on the epoch so far
 * @param history the epochs that are done
 */
public record TrainingState(
    int epoch, int position, EpochSums metrics, double seconds, List<EpochResult> history) {
  /** Nothing is done yet. */
  public static final TrainingState START = new TrainingState(0, 0, EpochSums.NONE, 0, List.of());

  /**
   * @throws IllegalArgumentException if epoch or position is negative
   */
  public TrainingState {
    if (epoch < 0 || position < 0) {
      throw new IllegalArgumentException(
          Text.format("no epoch %d or no position %d in it", epoch, position));
    }
    history = List.copyOf(history);
  }
}
