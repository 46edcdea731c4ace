package io.dmyt.training;

import java.io.IOException;
import java.util.List;

/** Saves the best epoch so far, while the detector has its weights. */
@FunctionalInterface
public interface CheckpointSaver {
  /**
   * Whether an epoch is to be saved: the best one by default.
   *
   * @param before the epochs before it
   */
  default boolean wants(EpochResult result, List<EpochResult> before) {
    return result.best();
  }

  /**
   * Saves the detector as it is now.
   *
   * @param result what the epoch brought
   */
  void save(EpochResult result) throws IOException;
}
