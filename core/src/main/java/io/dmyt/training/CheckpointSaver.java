package io.dmyt.training;

import java.io.IOException;

/** Saves the best epoch so far, while the detector has its weights. */
@FunctionalInterface
public interface CheckpointSaver {
  /**
   * Saves the detector as it is now.
   *
   * @param best what the epoch brought that made it the best
   */
  void save(EpochResult best) throws IOException;
}
