package io.dmyt.cli.command;

import io.dmyt.DetectorSpec;
import io.dmyt.Version;
import io.dmyt.evaluation.report.HistoryReport;
import io.dmyt.training.EpochResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Gathers what the page about a training run shows. */
final class HistoryPage {
  private HistoryPage() {}

  /**
   * The page, after the epochs so far.
   *
   * @param command that trains
   */
  static String html(TrainCommand command, DetectorSpec spec, List<EpochResult> history) {
    Map<String, Map<String, double[]>> charts = new LinkedHashMap<>();
    Map<String, double[]> losses = new LinkedHashMap<>();
    losses.put("training", values(history, EpochResult::trainLoss));
    losses.put("validation", values(history, EpochResult::validLoss));
    charts.put("Loss", losses);
    if (Double.isNaN(history.get(0).triplets())) {
      Map<String, double[]> accuracies = new LinkedHashMap<>();
      accuracies.put("training", values(history, EpochResult::trainAccuracy));
      accuracies.put("validation", values(history, EpochResult::validAccuracy));
      charts.put("Accuracy", accuracies);
    } else {
      // A triplet loss has no accuracy before an SVM is fitted, but mines.
      charts.put(
          "Semi-hard triplets in a batch",
          Map.of("mean of the epoch", values(history, EpochResult::triplets)));
    }
    charts.put(
        "Learning rate", Map.of("learning rate", values(history, EpochResult::learningRate)));
    charts.put("Seconds", Map.of("seconds of the epoch", values(history, EpochResult::seconds)));

    EpochResult best = history.stream().filter(EpochResult::best).reduce((a, b) -> b).orElseThrow();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Detector", command.output.toString());
    rows.put(
        "Network",
        "%s, images of %d × %2$d pixels".formatted(spec.backbone(), spec.preprocessing().size()));
    rows.put("Loss", spec.loss().label());
    rows.put(
        "Classes", "%s (real: %s)".formatted(String.join(", ", spec.classes()), spec.realClass()));
    rows.put("Data set", command.data.dataset.toString());
    rows.put(
        "Options",
        "batch %d, seed %d, start %s"
            .formatted(command.data.batch, command.seed, command.pretrained.from));
    rows.put("Kept epoch", Integer.toString(best.epoch()));
    rows.put("Epochs", "%d of %d".formatted(history.size(), command.epochs));
    rows.put("By", "dmyt4j " + Version.current());
    return HistoryReport.html("Training of " + command.output.getFileName(), charts, rows);
  }

  private static double[] values(List<EpochResult> history, ToDoubleFunction<EpochResult> value) {
    return history.stream().mapToDouble(value).toArray();
  }
}
