package io.dmyt.spark;

import io.dmyt.training.TakenStep;
import java.io.Serializable;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sum of what some workers of a round came to.
 *
 * @param workers how many took a step
 * @param state the sum of their parameters and optimisers' states; of none null
 * @param taken their steps, by the worker's number
 */
record RoundSum(int workers, @Nullable NetworkState state, TreeMap<Integer, List<TakenStep>> taken)
    implements Serializable {
  static final RoundSum NOTHING = new RoundSum(0, null, new TreeMap<>());

  /** Of one worker. */
  static RoundSum of(int number, NetworkState state, List<TakenStep> steps) {
    TreeMap<Integer, List<TakenStep>> taken = new TreeMap<>();
    taken.put(number, List.copyOf(steps));
    return new RoundSum(steps.isEmpty() ? 0 : 1, steps.isEmpty() ? null : state, taken);
  }

  RoundSum plus(RoundSum other) {
    TreeMap<Integer, List<TakenStep>> both = new TreeMap<>(taken);
    both.putAll(other.taken);
    if (state == null || other.state == null) {
      return new RoundSum(workers + other.workers, state == null ? other.state : state, both);
    }
    return new RoundSum(
        workers + other.workers,
        new NetworkState(
            sum(state.parameters(), other.state.parameters()),
            state.updater() == null || other.state.updater() == null
                ? null
                : sum(state.updater(), other.state.updater()),
            Math.max(state.iteration(), other.state.iteration())),
        both);
  }

  private static float[] sum(float[] a, float[] b) {
    float[] sum = new float[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  /**
   * The mean of the workers that took a step.
   *
   * @throws IllegalStateException if none did
   */
  NetworkState average() {
    if (state == null) {
      throw new IllegalStateException("none of a round's images can be read");
    }
    return new NetworkState(
        mean(state.parameters()),
        state.updater() == null ? null : mean(state.updater()),
        state.iteration());
  }

  private float[] mean(float[] sum) {
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = sum[i] / workers;
    }
    return mean;
  }

  /** All steps, worker after worker. */
  List<TakenStep> steps() {
    return taken.values().stream().flatMap(List::stream).toList();
  }
}
