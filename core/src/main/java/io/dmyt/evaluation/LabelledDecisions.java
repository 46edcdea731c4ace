package io.dmyt.evaluation;

import static io.dmyt.internal.Checks.require;

import io.dmyt.OperatingPoint;
import io.dmyt.RuleKind;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.ClassificationReport;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.Estimate;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a decision rule said of labelled images.
 *
 * @param rule the kind of rule
 * @param classes the classes it tells apart, the detector's own or two
 * @param realIndex which of them is real
 * @param labels the true class of each image, as an index of {@code classes}
 * @param predictions the class that was said
 * @param fakeScores P(fake) of each image where there is a probability, else a score from 0 to 1
 *     that ranks the images, with one half where the rule is undecided
 * @param probabilities whether the scores are probabilities
 * @param operatingPoint from which score on an image is called fake
 */
public record LabelledDecisions(
    RuleKind rule,
    List<String> classes,
    int realIndex,
    int[] labels,
    int[] predictions,
    double[] fakeScores,
    boolean probabilities,
    OperatingPoint operatingPoint) {

  /** What takes P(fake) at its word. */
  private static final Set<DetectionMetric> OF_PROBABILITIES =
      EnumSet.of(
          DetectionMetric.LOG_LOSS, DetectionMetric.BRIER_SCORE, DetectionMetric.CALIBRATION_ERROR);

  /**
   * @throws IllegalArgumentException if the numbers of labels, predictions and scores differ
   */
  public LabelledDecisions {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(operatingPoint, "operatingPoint");
    classes = List.copyOf(classes);
    require(
        labels.length == predictions.length && labels.length == fakeScores.length,
        "%d labels, %d predictions, %d scores: the numbers must be equal",
        labels.length,
        predictions.length,
        fakeScores.length);
  }

  /** The reference's metrics, of the classes that were said. */
  public ClassificationReport classification() {
    return ClassificationReport.of(classes, realIndex, labels, predictions);
  }

  /** The scores with their truths. */
  public DetectionScores scores() {
    return DetectionScores.of(fakeScores, fakes());
  }

  /**
   * The scores with their truths, of frames of videos.
   *
   * @param videos of each image
   */
  public DetectionScores scores(List<String> videos) {
    return DetectionScores.of(fakeScores, fakes(), videos);
  }

  private boolean[] fakes() {
    boolean[] fakes = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      fakes[i] = labels[i] != realIndex;
    }
    return fakes;
  }

  /**
   * Measures the scores, by frame or by video. Where they are no probabilities, log loss, Brier
   * score and calibration error don't exist.
   */
  public DetectionReport detection(DetectionScores scores, Bootstrap bootstrap) {
    DetectionReport report = DetectionReport.of(scores, operatingPoint.threshold(), bootstrap);
    if (probabilities) {
      return report;
    }
    Map<DetectionMetric, Estimate> metrics = new EnumMap<>(report.metrics());
    OF_PROBABILITIES.forEach(m -> metrics.put(m, Estimate.NONE));
    return report.withMetrics(metrics);
  }
}
