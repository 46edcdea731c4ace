package io.dmyt.cli.output;

import io.dmyt.DetectorSpec;
import io.dmyt.Version;
import io.dmyt.evaluation.report.HistoryReport;
import io.dmyt.internal.Text;
import io.dmyt.training.EpochResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page about a training run. */
public final class HistoryPage {
  private HistoryPage() {}

  /**
   * The page, after the epochs so far.
   *
   * @param detector the file that is trained
   * @param dataset the data set's folder
   * @param options in words
   * @param epochs how many there will be
   */
  public static String html(
      Path detector,
      DetectorSpec spec,
      Path dataset,
      String options,
      int epochs,
      List<EpochResult> history) {
    EpochResult best = history.stream().filter(EpochResult::best).reduce((a, b) -> b).orElseThrow();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Detector", detector.toString());
    rows.put(
        "Network",
        Text.format(
            "%s, images of %d × %2$d pixels", spec.backbone(), spec.preprocessing().size()));
    rows.put("Loss", spec.loss().label());
    rows.put(
        "Classes",
        Text.format("%s (real: %s)", String.join(", ", spec.classes()), spec.realClass()));
    rows.put("Data set", dataset.toString());
    rows.put("Options", options);
    rows.put("Kept epoch", Integer.toString(best.epoch()));
    rows.put("Epochs", Text.format("%d of %d", history.size(), epochs));
    rows.put("By", "dmyt4j " + Version.current());
    return HistoryReport.html(
        "Training of " + detector.getFileName(),
        history.stream().map(HistoryPage::shown).toList(),
        rows);
  }

  private static HistoryReport.Epoch shown(EpochResult e) {
    return new HistoryReport.Epoch(
        e.learningRate(),
        e.trainLoss(),
        e.trainAccuracy(),
        e.validLoss(),
        e.validAccuracy(),
        e.embeddings().triplets(),
        e.embeddings().sameDistance(),
        e.embeddings().differentDistance(),
        e.embeddings().precisionAt1(),
        e.embeddings().mapAtR(),
        e.seconds());
  }
}
