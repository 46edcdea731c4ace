package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.cli.option.UsageException;
import io.dmyt.internal.Text;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code dmyt predict} needs of a detector. */
final class DetectorNeeds {
  private DetectorNeeds() {}

  /**
   * Fails unless it has a verdict and knows a class.
   *
   * @param explained the class to explain, if one is named
   */
  static void require(Detector detector, Path weights, @Nullable String explained) {
    if (!detector.hasVerdict()) {
      throw new UsageException(
          Text.format(
              "%s was trained with %s and has no %s yet: run dmyt calibrate -w %1$s -d DATASET"
                  + " first",
              weights, detector.spec().loss().label(), detector.spec().loss().rule().title()));
    }
    if (explained != null && !detector.spec().classes().contains(explained)) {
      throw new UsageException(
          Text.format(
              "--explain-class is %s, but %s knows %s",
              explained, weights, String.join(", ", detector.spec().classes())));
    }
  }
}
