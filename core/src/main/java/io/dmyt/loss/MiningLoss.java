package io.dmyt.loss;

/** A loss that finds its triplets in each batch. */
public interface MiningLoss {
  /**
   * What the loss found in a batch.
   *
   * @param triplets how many there are
   * @param distances between the batch's examples, whether they are in a triplet or not
   */
  record Mined(int triplets, PairDistances distances) {}

  /** What it found in the batch that was computed last, by whatever thread. */
  Mined lastMined();
}
