package io.dmyt.training;

import io.dmyt.loss.PairDistances;
import java.io.Serializable;

/**
 * What has been added up over the batches of an epoch so far.
 *
 * @param batches how many
 * @param images how many were in them
 * @param correct how many of those were classified right
 * @param losses of the batches
 * @param triplets that were mined in the batches
 * @param distances in the batches, with a loss that mines
 */
public record EpochSums(
    int batches, int images, int correct, double losses, long triplets, PairDistances distances)
    implements Serializable {
  /** Of no batch. */
  public static final EpochSums NONE = new EpochSums(0, 0, 0, 0, 0, PairDistances.NONE);
}
