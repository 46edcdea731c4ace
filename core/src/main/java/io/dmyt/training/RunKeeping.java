package io.dmyt.training;

import io.dmyt.internal.Text;
import java.time.Duration;

/**
 * What a run keeps.
 *
 * @param best how many of the best epochs, at least 1
 * @param saveEvery how often the state is saved besides after each epoch; zero for not at all
 */
public record RunKeeping(int best, Duration saveEvery) {
  /** The best epoch, and the state each ten minutes. */
  public static final RunKeeping DEFAULT = new RunKeeping(1, Duration.ofMinutes(10));

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public RunKeeping {
    if (best < 1 || saveEvery.isNegative()) {
      throw new IllegalArgumentException(
          Text.format(
              "a run keeps at least 1 epoch and saves every 0 or more minutes, found %d and %s",
              best, saveEvery));
    }
  }
}
