package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Provenance;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.EpochResult;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where a training's results go: a detector's file, or a run's folder. */
interface TrainingOutput extends AutoCloseable {
  /**
   * Saves the epochs that are to be kept.
   *
   * @param provenance of the detector as it is after an epoch
   */
  CheckpointSaver saver(Detector detector, Function<EpochResult, Provenance> provenance);

  /**
   * Writes the epochs so far.
   *
   * @param page draws the page about them, in another thread
   */
  void writeHistory(List<EpochResult> epochs, Supplier<String> page) throws IOException;

  /** What keeps the state to go on from. */
  Checkpoints checkpoints();

  @Override
  void close() throws IOException;
}
