package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Provenance;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a detector is and where it comes from, for people. */
final class DetectorFacts {
  private DetectorFacts() {}

  /**
   * Name and value of each fact, in order.
   *
   * @param file where the detector is from
   */
  static Map<String, String> of(Detector detector, Path file) {
    DetectorSpec spec = detector.spec();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Detector", file.toString());
    rows.put(
        "Network",
        "%s, images of %d × %2$d pixels".formatted(spec.backbone(), spec.preprocessing().size()));
    rows.put("Trained with", spec.loss().label());
    rows.put(
        "Classes", "%s (real: %s)".formatted(String.join(", ", spec.classes()), spec.realClass()));
    if (detector.provenance() != null) {
      training(rows, detector.provenance());
    }
    rows.put(
        "Verdict",
        detector.hasVerdict() ? Verdicts.describe(detector) : "none before dmyt calibrate");
    if (detector.svmFittedOn() != null) {
      rows.put("SVM fitted on", Verdicts.describe(detector.svmFittedOn()));
    }
    if (detector.calibratedOn() != null) {
      rows.put("Calibrated on", Verdicts.describe(detector.calibratedOn()));
    }
    return rows;
  }

  private static void training(Map<String, String> rows, Provenance of) {
    rows.put(
        "Trained", "%s, by dmyt4j %s, seed %s".formatted(of.created(), of.library(), of.seed()));
    if (of.options() != null) {
      rows.put("Training options", shown(of.options()));
    }
    if (of.result() != null) {
      rows.put("Kept epoch", shown(of.result()));
    }
    if (of.images() != null) {
      rows.put("Training images", "%s; fingerprint %s".formatted(shown(of.images()), of.data()));
    }
  }

  private static String shown(Map<String, ?> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(name)
                .append(' ')
                .append(value instanceof Double d ? number(d) : value));
    return text.toString();
  }

  /** To four digits, and no more than are needed. */
  private static String number(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString()
        : "n/a";
  }
}
