package io.dmyt.evaluation.report;

import io.dmyt.Detector;
import io.dmyt.Version;
import io.dmyt.evaluation.LabelledDecisions;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.metric.DetectionReport;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Gathers what the report of a test shows. */
public final class TestPage {
  /** The name of the reports over images, among those over videos. */
  public static final String IMAGES = "images";

  private static final int MAP_PER_CLASS = 300;
  private static final long MAP_SEED = 1;

  private final Detector detector;
  private final Path weights;
  private final String data;
  private final FeatureSet tested;

  /**
   * @param weights the detector's file
   * @param data what was tested on, in words
   */
  public TestPage(Detector detector, Path weights, String data, FeatureSet tested) {
    this.detector = detector;
    this.weights = weights;
    this.data = data;
    this.tested = tested;
  }

  /**
   * The page.
   *
   * @param decisions of the first way to a verdict
   * @param reports of that way by what they judge, "images" first
   * @param others reports over images of the other ways
   * @param corrupted reports of the first way, by corruption and severity
   * @param errors of the first way
   */
  public String html(
      LabelledDecisions decisions,
      Map<String, DetectionReport> reports,
      Map<String, DetectionReport> others,
      Map<String, List<DetectionReport>> corrupted,
      WorstErrors errors) {
    Map<String, DetectionReport> byVideo = new LinkedHashMap<>();
    reports.forEach(
        (what, report) -> {
          if (!what.equals(IMAGES)) {
            byVideo.put(what.replace("videos, ", "") + " of frames", report);
          }
        });
    return TestReport.html(
        new ReportData(
            "Test of " + weights.getFileName(),
            decisions.scores(tested.groups()),
            reports.get(IMAGES),
            byVideo,
            others,
            Optional.of(decisions.classification()),
            Optional.of(map()),
            corrupted,
            errors.shown(),
            provenance(decisions)));
  }

  private EmbeddingMap map() {
    int[] chosen = ClassSample.indices(tested.labels(), MAP_PER_CLASS, MAP_SEED);
    float[][] embeddings = tested.features().toFloatMatrix();
    return EmbeddingMap.of(
        IntStream.of(chosen).mapToObj(i -> embeddings[i]).toArray(float[][]::new),
        IntStream.of(chosen).map(i -> tested.labels()[i]).toArray(),
        detector.spec().classes(),
        detector.hasVerdict() ? detector.rule().references() : Map.of());
  }

  private Map<String, String> provenance(LabelledDecisions decisions) {
    Map<String, String> rows = DetectorFacts.of(detector, weights);
    rows.put("Judged by", decisions.rule().label());
    rows.put("Test images", data);
    rows.put(
        "Tested",
        "%s, by dmyt4j %s"
            .formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS), Version.current()));
    return rows;
  }
}
