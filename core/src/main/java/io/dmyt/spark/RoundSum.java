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
 * @param done what they did, by the worker's number
 */
record RoundSum(int workers, @Nullable NetworkState state, TreeMap<Integer, Work> done)
    implements Serializable {
  static final RoundSum NOTHING = new RoundSum(0, null, new TreeMap<>());

  /**
   * What a worker did.
   *
   * @param bad images that it left out
   */
  record Work(List<TakenStep> steps, List<BadImage> bad) implements Serializable {
    Work {
      steps = List.copyOf(steps);
      bad = List.copyOf(bad);
    }
  }

  /**
   * An image that can't be read.
   *
   * @param path as the worker was given it
   */
  record BadImage(String path, String reason) implements Serializable {}

  /** Of one worker. */
  static RoundSum of(int number, NetworkState state, Work work) {
    TreeMap<Integer, Work> done = new TreeMap<>();
    done.put(number, work);
    boolean idle = work.steps().isEmpty();
    return new RoundSum(idle ? 0 : 1, idle ? null : state, done);
  }

  RoundSum plus(RoundSum other) {
    TreeMap<Integer, Work> both = new TreeMap<>(done);
    both.putAll(other.done);
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
    return done.values().stream().flatMap(work -> work.steps().stream()).toList();
  }

  /** The images that were left out, worker after worker. */
  List<BadImage> bad() {
    return done.values().stream().flatMap(work -> work.bad().stream()).toList();
  }
}
