package io.dmyt.loss;

/** A loss that finds its triplets in each batch. */
public interface MiningLoss {
  /** How many triplets the batch had that was computed last, by whatever thread. */
  int lastTripletCount();
}
