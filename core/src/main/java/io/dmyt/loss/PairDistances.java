package io.dmyt.loss;

import java.io.Serializable;

/**
 * Distances between the examples of batches, Euclidean, on embeddings of length 1: from 0 to 2.
 *
 * @param same sum over the pairs of one class
 * @param samePairs how many those are
 * @param different sum over the pairs of two classes
 * @param differentPairs how many those are
 */
public record PairDistances(double same, long samePairs, double different, long differentPairs)
    implements Serializable {
  /** Of no pair. */
  public static final PairDistances NONE = new PairDistances(0, 0, 0, 0);

  /** Those of both. */
  public PairDistances plus(PairDistances other) {
    return new PairDistances(
        same + other.same,
        samePairs + other.samePairs,
        different + other.different,
        differentPairs + other.differentPairs);
  }

  /** Mean distance of two examples of one class; NaN without such a pair. */
  public double meanOfSame() {
    return same / samePairs;
  }

  /** Mean distance of two examples of different classes; NaN without such a pair. */
  public double meanOfDifferent() {
    return different / differentPairs;
  }
}
