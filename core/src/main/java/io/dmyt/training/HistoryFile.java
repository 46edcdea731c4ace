package io.dmyt.training;

import io.dmyt.internal.CsvFile;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the epochs' results as CSV, whole beside the file first, then moved over it. */
public final class HistoryFile {
  private static final List<String> COLUMNS =
      List.of(
          "epoch",
          "learning_rate",
          "train_loss",
          "train_accuracy",
          "valid_loss",
          "valid_accuracy",
          "valid_score",
          "triplets",
          "same_class_distance",
          "different_class_distance",
          "precision_at_1",
          "map_at_r",
          "seconds",
          "best");

  private HistoryFile() {}

  /**
   * Writes all epochs so far: losses and accuracies as the reference defines them; what epochs are
   * compared by (larger is better); nothing of triplets and embeddings with a loss that mines none.
   */
  public static void write(Path file, List<EpochResult> epochs) throws IOException {
    try (CsvFile csv = new CsvFile(file)) {
      csv.row(COLUMNS);
      for (EpochResult e : epochs) {
        EmbeddingMetrics of = e.embeddings();
        csv.row(
            e.epoch(),
            e.learningRate(),
            sixDigits(e.trainLoss()),
            sixDigits(e.trainAccuracy()),
            sixDigits(e.validLoss()),
            sixDigits(e.validAccuracy()),
            known(e.score()),
            Double.isNaN(of.triplets()) ? "" : Numbers.fixed(of.triplets(), 1),
            known(of.sameDistance()),
            known(of.differentDistance()),
            known(of.precisionAt1()),
            known(of.mapAtR()),
            Numbers.fixed(e.seconds(), 1),
            e.best());
      }
      csv.commit();
    }
  }

  private static String known(double value) {
    return Double.isNaN(value) ? "" : sixDigits(value);
  }

  private static String sixDigits(double value) {
    return Text.format("%.6f", value);
  }
}
