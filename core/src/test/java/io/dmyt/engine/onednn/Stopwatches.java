package io.dmyt.engine.onednn;

import java.util.HashMap;
import java.util.Map;

/**
 * Stopwatches that show what a test wants. They stand apart from the tests, which must load where
 * oneDNN's classes, of which these know some, are missing.
 */
final class Stopwatches {
  private Stopwatches() {}

  /** A description that may lie where another one, such as a copy's, lay before. */
  private record Seen(long address, String implementation) {}

  /** By it the last candidate is always the fastest, and none is hopeless. */
  static Tuner.Stopwatch falling() {
    double[] next = {1};
    Map<Seen, Double> known = new HashMap<>();
    return (description, hopeless) ->
        known.computeIfAbsent(
            new Seen(description.address(), Dnnl.implementation(description)),
            seen -> next[0] *= 0.8);
  }

  /** By it nothing is faster than the rule. */
  static Tuner.Stopwatch rising() {
    double[] next = {1};
    return (description, hopeless) -> next[0] *= 1.1;
  }

  /** Must not be asked. */
  static Tuner.Stopwatch none() {
    return (description, hopeless) -> {
      throw new AssertionError("measured again");
    };
  }
}
