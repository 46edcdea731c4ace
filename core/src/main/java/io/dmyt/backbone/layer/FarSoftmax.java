package io.dmyt.backbone.layer;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Softmax of scores that may be far apart: ND4J's own, and its exponential, of large negative
 * numbers in double is no number.
 */
final class FarSoftmax {
  /** Its exponential adds nothing to 1 in double. */
  private static final double SMALLEST = -80;

  private FarSoftmax() {}

  /**
   * Over the last dimension.
   *
   * @param axis its index
   */
  static SDVariable of(SameDiff graph, SDVariable scores, int axis) {
    SDVariable differences = scores.sub(scores.max(true, axis));
    SDVariable powers = graph.math().exp(graph.math().clipByValue(differences, SMALLEST, 0));
    return powers.div(powers.sum(true, axis));
  }
}
