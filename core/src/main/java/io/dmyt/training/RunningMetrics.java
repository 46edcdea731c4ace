package io.dmyt.training;

import io.dmyt.loss.MiningLoss;
import io.dmyt.loss.PairDistances;
import io.dmyt.metric.Retrieval;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Loss, accuracy and mined triplets over the batches of an epoch so far. */
final class RunningMetrics {
  private int batches;
  private int images;
  private int correct;
  private double losses;
  private long triplets;
  private PairDistances distances;

  RunningMetrics() {
    this(EpochSums.NONE);
  }

  RunningMetrics(EpochSums sums) {
    batches = sums.batches();
    images = sums.images();
    correct = sums.correct();
    losses = sums.losses();
    triplets = sums.triplets();
    distances = sums.distances();
  }

  EpochSums sums() {
    return new EpochSums(batches, images, correct, losses, triplets, distances);
  }

  /**
   * Adds a batch.
   *
   * @param loss its mean
   * @param labels one-hot, [B, C]
   * @param predictions the class of each image, [B]
   * @param mined what the loss found in it, if it mines
   */
  void add(double loss, INDArray labels, int[] predictions, MiningLoss.Mined mined) {
    int[] truth = labels.argMax(1).toIntVector();
    for (int i = 0; i < truth.length; i++) {
      if (truth[i] == predictions[i]) {
        correct++;
      }
    }
    images += truth.length;
    losses += loss;
    triplets += mined.triplets();
    distances = distances.plus(mined.distances());
    batches++;
  }

  /** Adds what was summed up elsewhere. */
  void add(EpochSums sums) {
    batches += sums.batches();
    images += sums.images();
    correct += sums.correct();
    losses += sums.losses();
    triplets += sums.triplets();
    distances = distances.plus(sums.distances());
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

  /** What a loss that mines found in the batches. */
  EmbeddingMetrics embeddings(Retrieval validation) {
    return new EmbeddingMetrics(
        (double) triplets / batches,
        distances.meanOfSame(),
        distances.meanOfDifferent(),
        validation.precisionAt1(),
        validation.mapAtR());
  }
}
