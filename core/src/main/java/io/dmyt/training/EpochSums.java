package io.dmyt.training;

/**
 * What has been added up over the batches of an epoch so far.
 *
 * @param batches how many
 * @param images how many were in them
 * @param correct how many of those were classified right
 * @param losses of the batches
 * @param triplets of the batches; NaN with a loss that mines none
 */
public record EpochSums(int batches, int images, int correct, double losses, double triplets) {
  /** Of no batch. */
  public static final EpochSums NONE = new EpochSums(0, 0, 0, 0, 0);
}
