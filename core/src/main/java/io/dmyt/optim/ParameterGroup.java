package io.dmyt.optim;

import io.dmyt.internal.Text;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Neighbouring parameters that learn alike.
 *
 * @param from the first one in the graph's flat parameters
 * @param length how many, at least 1
 * @param rate what the learning rate is multiplied with, at least 0; parameters with 0 don't learn
 * @param weightDecay λ, at least 0
 */
public record ParameterGroup(long from, long length, double rate, double weightDecay) {

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public ParameterGroup {
    if (from < 0 || length < 1) {
      throw new IllegalArgumentException(
          Text.format(
              "a group needs at least 1 parameter, found %d from index %d on", length, from));
    }
    if (!(rate >= 0 && Double.isFinite(rate))
        || !(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException(
          Text.format(
              "the learning rate's factor and the decay must be at least 0, found %s and %s",
              rate, weightDecay));
    }
  }

  /** All parameters of a graph, which learn at the whole rate. */
  public static ParameterGroup all(ComputationGraph graph, double weightDecay) {
    // DL4J's numParams() leaves out vertices without layers.
    return new ParameterGroup(0, Math.max(1, graph.params().length()), 1, weightDecay);
  }

  /** Whether its parameters change. */
  public boolean learns() {
    return rate > 0;
  }

  /** Whether its parameters learn as another group's do. */
  boolean isLike(ParameterGroup other) {
    return rate == other.rate && weightDecay == other.weightDecay;
  }

  long to() {
    return from + length;
  }
}
