package io.dmyt.cli.command;

import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.FittedOn;
import io.dmyt.OperatingPoint;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the commands that tell real from fake share. */
public final class Verdicts {
  private Verdicts() {}

  /**
   * Refuses a detector without a verdict of its own.
   *
   * @param file where it comes from
   */
  static void requireOwn(Detector detector, Path file) {
    if (!detector.hasVerdict()) {
      throw new UsageException(
          "%s was trained with Triplet and has no SVM yet: run dmyt calibrate -w %1$s -d DATASET first"
              .formatted(file));
    }
  }

  /**
   * Ends the work when nobody reads standard output any more, as in {@code dmyt ... | head}.
   *
   * @throws IOException then
   */
  public static void requireReader(Terminal terminal) throws IOException {
    if (terminal.out().checkError()) {
      throw new IOException("standard output is closed");
    }
  }

  /** "by its SVM; fake from P(fake) 0.3712 on (equal error rate); calibrated by …". */
  static String describe(Detector detector) {
    Calibration calibration = detector.calibration();
    return (detector.svm() == null ? "" : "by its SVM; ")
        + describe(calibration.operatingPoint())
        + "; "
        + method(calibration);
  }

  /** "120 images of valid: fake 60, real 60; fingerprint 1234; 2026-11-23T05:00:00Z". */
  static String describe(FittedOn on) {
    List<String> counts = new ArrayList<>();
    on.images().forEach((name, count) -> counts.add(name + " " + count));
    return "%d images of %s: %s; fingerprint %s; %s"
        .formatted(
            on.images().values().stream().mapToInt(Integer::intValue).sum(),
            on.split(),
            String.join(", ", counts),
            on.data(),
            on.created());
  }

  static String describe(OperatingPoint point) {
    return point.threshold() == OperatingPoint.NEVER
        ? "nothing is called fake (%s)".formatted(point.criterion())
        : String.format(
            Locale.ROOT, "fake from P(fake) %.4f on (%s)", point.threshold(), point.criterion());
  }

  private static String method(Calibration calibration) {
    return switch (calibration.kind()) {
      case NONE -> "not calibrated";
      case TEMPERATURE ->
          String.format(Locale.ROOT, "calibrated by temperature %.4g", 1 / calibration.slope());
      case PLATT ->
          String.format(
              Locale.ROOT,
              "calibrated by Platt's slope %.4g and offset %.4g",
              calibration.slope(),
              calibration.offset());
    };
  }
}
