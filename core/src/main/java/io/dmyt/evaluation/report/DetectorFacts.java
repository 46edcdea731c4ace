package io.dmyt.evaluation.report;

import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.FittingData;
import io.dmyt.OperatingPoint;
import io.dmyt.Provenance;
import io.dmyt.RuleKind;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a detector is and where it comes from, for people. */
public final class DetectorFacts {
  private DetectorFacts() {}

  /**
   * Name and value of each fact, in order.
   *
   * @param file where the detector is from
   */
  public static Map<String, String> of(Detector detector, Path file) {
    DetectorSpec spec = detector.spec();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Detector", file.toString());
    rows.put(
        "Network",
        Text.format(
            "%s, images of %d × %2$d pixels", spec.backbone(), spec.preprocessing().size()));
    if (spec.preprocessing().faces() != null) {
      rows.put("Faces cut out", spec.preprocessing().faces().toString());
    }
    rows.put("Trained with", spec.loss().label());
    rows.put(
        "Classes",
        Text.format("%s (real: %s)", String.join(", ", spec.classes()), spec.realClass()));
    if (detector.provenance() != null) {
      training(rows, detector.provenance());
    }
    rows.put("Verdict", detector.hasVerdict() ? verdict(detector) : "none before dmyt calibrate");
    if (detector.ruleFittedOn() != null) {
      rows.put(detector.rule().kind().title() + " fitted on", fittedOn(detector.ruleFittedOn()));
    }
    if (detector.calibratedOn() != null) {
      rows.put("Calibrated on", fittedOn(detector.calibratedOn()));
    }
    return rows;
  }

  private static void training(Map<String, String> rows, Provenance of) {
    rows.put(
        "Trained", Text.format("%s, by dmyt4j %s, seed %s", of.created(), of.library(), of.seed()));
    if (of.options() != null) {
      rows.put("Training options", shown(of.options()));
    }
    if (of.result() != null) {
      rows.put("Kept epoch", shown(of.result()));
    }
    if (of.images() != null) {
      rows.put("Training images", Text.format("%s; fingerprint %s", shown(of.images()), of.data()));
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

  /** "by its SVM; fake from P(fake) 0.3712 on (equal error rate); calibrated by …". */
  public static String verdict(Detector detector) {
    Calibration calibration = detector.calibration();
    RuleKind kind = detector.rule().kind();
    return (kind.isFitted() ? Text.format("by its %s; ", kind.title()) : "")
        + operatingPoint(calibration.operatingPoint())
        + "; "
        + method(calibration);
  }

  /** "120 images of valid: fake 60, real 60; fingerprint 1234; 2026-11-23T05:00:00Z". */
  private static String fittedOn(FittingData on) {
    List<String> counts = new ArrayList<>();
    on.images().forEach((name, count) -> counts.add(name + " " + count));
    return Text.format(
        "%s of %s: %s; fingerprint %s; %s",
        Numbers.count(on.images().values().stream().mapToInt(Integer::intValue).sum(), "image"),
        on.split(),
        String.join(", ", counts),
        on.data(),
        on.created());
  }

  private static String operatingPoint(OperatingPoint point) {
    return point.threshold() == OperatingPoint.NEVER
        ? Text.format("nothing is called fake (%s)", point.criterion())
        : Text.format("fake from P(fake) %.4f on (%s)", point.threshold(), point.criterion());
  }

  private static String method(Calibration calibration) {
    return switch (calibration.kind()) {
      case NONE -> "not calibrated";
      case TEMPERATURE -> Text.format("calibrated by temperature %.4g", 1 / calibration.slope());
      case PLATT ->
          Text.format(
              "calibrated by Platt's slope %.4g and offset %.4g",
              calibration.slope(), calibration.offset());
    };
  }
}
