package io.dmyt.cli;

import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.LossKind;
import io.dmyt.OperatingPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** What the commands that tell real from fake share. */
final class Verdicts {
  private Verdicts() {}

  /**
   * Refuses a detector without a verdict of its own.
   *
   * @param file where it comes from
   */
  static void requireOwn(Detector detector, Path file) {
    if (detector.spec().loss() == LossKind.TRIPLET) {
      throw new UsageException(
          "%s was trained with Triplet and gives embeddings, no verdict: dmyt test fits an SVM to"
                  .formatted(file)
              + " them");
    }
  }

  /**
   * Ends the work when nobody reads standard output any more, as in {@code dmyt ... | head}.
   *
   * @throws IOException then
   */
  static void requireReader(Terminal terminal) throws IOException {
    if (terminal.out().checkError()) {
      throw new IOException("standard output is closed");
    }
  }

  /** "fake from P(fake) 0.3712 on (equal error rate); temperature 1.82". */
  static String describe(Calibration calibration) {
    return describe(calibration.operatingPoint()) + "; " + method(calibration);
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
