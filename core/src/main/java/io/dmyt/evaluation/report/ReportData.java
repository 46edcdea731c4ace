package io.dmyt.evaluation.report;

import io.dmyt.evaluation.ClassificationReport;
import io.dmyt.evaluation.DetectionReport;
import io.dmyt.evaluation.DetectionScores;
import java.util.ArrayList;
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
 * @param scores P(fake) of every image, as the figures were computed from
 * @param images the figures over images
 * @param videos the figures over videos by the name of the rule, such as "mean of frames"; may be
 *     empty
 * @param classes the figures of the predicted classes, if there are any
 * @param map the embeddings in a plane, if there is one
 * @param errors the worst errors, the worst first; may be empty
 * @param provenance where model and data are from: name and value, in order
 */
public record ReportData(
    String title,
    DetectionScores scores,
    DetectionReport images,
    Map<String, DetectionReport> videos,
    Optional<ClassificationReport> classes,
    Optional<EmbeddingMap> map,
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
    videos = Collections.unmodifiableMap(new LinkedHashMap<>(videos));
    errors = List.copyOf(new ArrayList<>(errors));
    provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
  }
}
