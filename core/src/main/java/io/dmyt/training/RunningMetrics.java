package io.dmyt.training;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Loss, accuracy and mined triplets over the batches of an epoch so far. */
final class RunningMetrics {
  private int batches;
  private int images;
  private int correct;
  private double losses;
  private double triplets;

  RunningMetrics() {
    this(EpochSums.NONE);
  }

  RunningMetrics(EpochSums sums) {
    batches = sums.batches();
    images = sums.images();
    correct = sums.correct();
    losses = sums.losses();
    triplets = sums.triplets();
  }

  EpochSums sums() {
    return new EpochSums(batches, images, correct, losses, triplets);
  }

  /**
   * Adds a batch.
   *
   * @param loss its mean
   * @param labels one-hot, [B, C]
   * @param predictions the class of each image, [B]
   * @param mined how many triplets; NaN with a loss that mines none
   */
  void add(double loss, INDArray labels, int[] predictions, double mined) {
    int[] truth = labels.argMax(1).toIntVector();
    for (int i = 0; i < truth.length; i++) {
      if (truth[i] == predictions[i]) {
        correct++;
      }
    }
    images += truth.length;
    losses += loss;
    triplets += mined;
    batches++;
  }

  int batches() {
    return batches;
  }

  int images() {
    return images;
  }

  /** Mean over the batches, the last one counting as much as the others. */
  double loss() {
    return losses / batches;
  }

  /** Share of the images in [0, 1]. */
  double accuracy() {
    return (double) correct / images;
  }

  /** Mean over the batches; NaN with a loss that mines none. */
  double triplets() {
    return triplets / batches;
  }
}
