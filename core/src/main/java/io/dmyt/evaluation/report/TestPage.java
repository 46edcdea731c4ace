package io.dmyt.evaluation.report;

import io.dmyt.Detector;
import io.dmyt.Version;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.RgbImage;
import io.dmyt.evaluation.Judge;
import io.dmyt.evaluation.Judgement;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.evaluation.explain.GradCam;
import io.dmyt.loss.Dummies;
import io.dmyt.metric.DetectionReport;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Gathers what the report of a test shows. */
public final class TestPage {
  /** The name of the reports over images, among those over videos. */
  public static final String IMAGES = "images";

  private static final int WORST = 12;
  private static final int MAP_PER_CLASS = 300;
  private static final long MAP_SEED = 1;

  private final Detector detector;
  private final Path weights;
  private final ImageFolder folder;
  private final FeatureSet tested;

  public TestPage(Detector detector, Path weights, ImageFolder folder, FeatureSet tested) {
    this.detector = detector;
    this.weights = weights;
    this.folder = folder;
    this.tested = tested;
  }

  /**
   * The page.
   *
   * @param judgement of the first way to a verdict
   * @param videos of each image
   * @param reports of that way by what they judge, "images" first
   * @param others reports over images of the other ways
   * @param corrupted reports of the first way, by corruption and severity
   */
  public String html(
      Judgement judgement,
      List<String> videos,
      Map<String, DetectionReport> reports,
      Map<String, DetectionReport> others,
      Map<String, List<DetectionReport>> corrupted) {
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
            judgement.scores(videos),
            reports.get(IMAGES),
            byVideo,
            others,
            Optional.of(judgement.classification()),
            Optional.of(map()),
            corrupted,
            worst(judgement),
            provenance(judgement)));
  }

  private EmbeddingMap map() {
    int[] chosen = ClassSample.indices(tested.labels(), MAP_PER_CLASS, MAP_SEED);
    float[][] embeddings = tested.features().toFloatMatrix();
    Map<String, float[]> vectors = new LinkedHashMap<>();
    Dummies dummies = detector.spec().dummies();
    if (detector.spec().judgedByDummies()) {
      float[][] rows = dummies.vectors().toFloatMatrix();
      for (int k = 0; k < rows.length; k++) {
        vectors.put(k < dummies.classes().size() ? dummies.classes().get(k) : "all fakes", rows[k]);
      }
    }
    return EmbeddingMap.of(
        IntStream.of(chosen).mapToObj(i -> embeddings[i]).toArray(float[][]::new),
        IntStream.of(chosen).map(i -> tested.labels()[i]).toArray(),
        detector.spec().classes(),
        vectors);
  }

  /** The images farthest on the wrong side of the threshold, by their share of that side. */
  private List<ReportData.WorstError> worst(Judgement judgement) {
    double threshold = judgement.operatingPoint().threshold();
    double[] wrong =
        IntStream.range(0, judgement.labels().length)
            .mapToDouble(
                i -> {
                  double p = judgement.fakeScores()[i];
                  return judgement.labels()[i] == judgement.realIndex()
                      ? (p - threshold) / Math.max(1 - threshold, 1e-9)
                      : (threshold - p) / Math.max(threshold, 1e-9);
                })
            .toArray();
    // A verdict fitted for this test does not rest on what Grad-CAM explains, the detector's own.
    Optional<GradCam> gradCam =
        Judge.needsTraining(judgement.classifier(), detector)
            ? Optional.empty()
            : Optional.of(GradCam.of(detector));
    try (ImageDecoder decoder = new ImageDecoder(detector.spec().preprocessing())) {
      return IntStream.range(0, wrong.length)
          .filter(i -> calledWrong(judgement, i))
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -wrong[i]))
          .limit(WORST)
          .map(i -> error(judgement, i, decoder, gradCam))
          .toList();
    }
  }

  private static boolean calledWrong(Judgement judgement, int image) {
    boolean fake = judgement.labels()[image] != judgement.realIndex();
    return judgement.operatingPoint().isFake(judgement.fakeScores()[image]) != fake;
  }

  private ReportData.WorstError error(
      Judgement judgement, int image, ImageDecoder decoder, Optional<GradCam> gradCam) {
    Path file = Path.of(tested.files().get(image));
    RgbImage picture = decoder.rgb(file);
    return new ReportData.WorstError(
        Path.of(folder.name()).relativize(file).toString(),
        detector.spec().classes().get(tested.labels()[image]),
        judgement.fakeScores()[image],
        Thumbnails.jpeg(picture),
        gradCam.map(cam -> Thumbnails.jpeg(cam.fake(decoder.decode(file)).get(0).over(picture))));
  }

  private Map<String, String> provenance(Judgement judgement) {
    Map<String, String> rows = DetectorFacts.of(detector, weights);
    rows.put("Judged by", judgement.classifier().label());
    rows.put(
        "Test images",
        "%s: %s; fingerprint %s".formatted(folder.name(), folder.summary(), folder.fingerprint()));
    rows.put(
        "Tested",
        "%s, by dmyt4j %s"
            .formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS), Version.current()));
    return rows;
  }
}
