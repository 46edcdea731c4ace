package io.dmyt.evaluation.report;

import io.dmyt.metric.ClassificationReport;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a test report is made of.
 *
 * @param title of the page
 * @param scores P(fake) of every image, as the metrics were computed from
 * @param images the metrics over images
 * @param videos the metrics over videos by the name of the rule, such as "mean of frames"; may be
 *     empty
 * @param others the metrics over images of other ways to a verdict, by name; may be empty
 * @param classes the metrics of the predicted classes, if there are any
 * @param map the embeddings in a plane, if there is one
 * @param corrupted the metrics over images to which something was done, by what it was, at the
 *     severities 1 and up; may be empty
 * @param errors the worst errors, the worst first; may be empty
 * @param provenance where model and data are from: name and value, in order
 */
public record ReportData(
    String title,
    DetectionScores scores,
    DetectionReport images,
    Map<String, DetectionReport> videos,
    Map<String, DetectionReport> others,
    Optional<ClassificationReport> classes,
    Optional<EmbeddingMap> map,
    Map<String, List<DetectionReport>> corrupted,
    List<WorstError> errors,
    Map<String, String> provenance) {

  /**
   * An image that was called wrong.
   *
   * @param file its name, as people know it
   * @param className the class it is of
   * @param probability its P(fake)
   * @param thumbnail the image as a JPEG file
   * @param heatMap what the verdict rests on, as a JPEG file, if it was computed
   */
  public record WorstError(
      String file,
      String className,
      double probability,
      byte[] thumbnail,
      Optional<byte[]> heatMap) {}

  public ReportData {
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(scores, "scores");
    Objects.requireNonNull(images, "images");
    videos = inOrder(videos);
    others = inOrder(others);
    corrupted = inOrder(corrupted);
    errors = List.copyOf(errors);
    provenance = inOrder(provenance);
  }

  private static <V> Map<String, V> inOrder(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Whether the scores are probabilities, so that they can be right or wrong as such. */
  boolean probabilities() {
    return !Double.isNaN(images.value(DetectionMetric.BRIER_SCORE));
  }
}
