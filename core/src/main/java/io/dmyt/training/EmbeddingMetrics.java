package io.dmyt.training;

import io.dmyt.loss.MiningLoss;
import io.dmyt.loss.PairDistances;
import io.dmyt.metric.Retrieval;

/**
 * What an epoch brought with a loss that mines triplets; all NaN with another.
 *
 * @param triplets how many a training batch had in the mean
 * @param sameDistance mean distance of two images of one class in a training batch, from 0 to 2, on
 *     embeddings of length 1
 * @param differentDistance that of two images of different classes
 * @param precisionAt1 of the validation images, see {@link Retrieval}
 * @param mapAtR of the validation images, see {@link Retrieval}
 */
public record EmbeddingMetrics(
    double triplets,
    double sameDistance,
    double differentDistance,
    double precisionAt1,
    double mapAtR) {
  /** With a loss that mines nothing. */
  public static final EmbeddingMetrics NONE =
      new EmbeddingMetrics(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /** What a loss that mines nothing finds in a batch. */
  static final MiningLoss.Mined NOTHING = new MiningLoss.Mined(0, PairDistances.NONE);
}
