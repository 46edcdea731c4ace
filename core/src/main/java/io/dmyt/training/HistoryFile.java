package io.dmyt.training;

import io.dmyt.internal.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes the epochs' results as CSV, whole beside the file first, then moved over it. */
public final class HistoryFile {
  private static final String HEADER =
      "epoch,learning_rate,train_loss,train_accuracy,valid_loss,valid_accuracy,triplets,seconds,best";

  private HistoryFile() {}

  /**
   * Writes all epochs so far: losses and accuracies as the reference defines them; no triplets with
   * a loss that mines none.
   */
  public static void write(Path file, List<EpochResult> epochs) throws IOException {
    StringBuilder csv = new StringBuilder(HEADER).append('\n');
    for (EpochResult e : epochs) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%s,%.6f,%.6f,%.6f,%.6f,%s,%.1f,%b\n",
              e.epoch(),
              e.learningRate(),
              e.trainLoss(),
              e.trainAccuracy(),
              e.validLoss(),
              e.validAccuracy(),
              Double.isNaN(e.triplets()) ? "" : String.format(Locale.ROOT, "%.1f", e.triplets()),
              e.seconds(),
              e.best()));
    }
    AtomicFile.write(file, csv.toString());
  }
}
