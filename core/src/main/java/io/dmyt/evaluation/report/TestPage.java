package io.dmyt.evaluation.report;

import io.dmyt.Detector;
import io.dmyt.Version;
import io.dmyt.evaluation.DetectorEvaluation;
import io.dmyt.evaluation.LabelledDecisions;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.internal.Text;
import io.dmyt.metric.DetectionReport;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The page about an evaluation: what its report shows is gathered here. */
public final class TestPage {
  private static final int MAP_PER_CLASS = 300;
  private static final long MAP_SEED = 1;

  private TestPage() {}

  /**
   * The page, about the first rule, with the others beside it.
   *
   * @param weights the detector's file
   * @param data what was tested on, in words
   * @param errors of the first rule
   */
  public static String html(
      Detector detector,
      Path weights,
      String data,
      DetectorEvaluation.Result result,
      WorstErrors errors) {
    DetectorEvaluation.Outcome first = result.first();
    Map<String, DetectionReport> byVideo = new LinkedHashMap<>();
    first
        .detection()
        .forEach(
            (what, report) -> {
              if (!what.equals(DetectorEvaluation.IMAGES)) {
                byVideo.put(what.replace("videos, ", "") + " of frames", report);
              }
            });
    Map<String, DetectionReport> others = new LinkedHashMap<>();
    result.outcomes().entrySet().stream()
        .skip(1)
        .forEach(rule -> others.put(rule.getKey().label(), rule.getValue().images()));
    return TestReport.html(
        new ReportData(
            "Test of " + weights.getFileName(),
            first.decisions().scores(result.tested().groups()),
            first.images(),
            byVideo,
            others,
            Optional.of(first.decisions().classification()),
            Optional.of(map(detector, result.tested())),
            first.corrupted(),
            errors.shown(),
            provenance(detector, weights, data, first.decisions())));
  }

  private static EmbeddingMap map(Detector detector, FeatureSet tested) {
    int[] chosen = ClassSample.indices(tested.labels(), MAP_PER_CLASS, MAP_SEED);
    float[][] embeddings = tested.features().toFloatMatrix();
    return EmbeddingMap.of(
        IntStream.of(chosen).mapToObj(i -> embeddings[i]).toArray(float[][]::new),
        IntStream.of(chosen).map(i -> tested.labels()[i]).toArray(),
        detector.spec().classes(),
        detector.hasVerdict() ? detector.rule().references() : Map.of());
  }

  private static Map<String, String> provenance(
      Detector detector, Path weights, String data, LabelledDecisions decisions) {
    Map<String, String> rows = DetectorFacts.of(detector, weights);
    rows.put("Judged by", decisions.rule().label());
    rows.put("Test images", data);
    rows.put(
        "Tested",
        Text.format(
            "%s, by dmyt4j %s", Instant.now().truncatedTo(ChronoUnit.SECONDS), Version.current()));
    return rows;
  }
}
