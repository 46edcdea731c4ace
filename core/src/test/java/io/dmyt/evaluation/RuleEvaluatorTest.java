package io.dmyt.evaluation;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.FakeScore;
import io.dmyt.Golden;
import io.dmyt.GoldenDetector;
import io.dmyt.LossKind;
import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
import io.dmyt.RuleKind;
import io.dmyt.SvmRule;
import io.dmyt.data.BadImageException;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingCache;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.loss.Dummies;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.svm.EmbeddingSvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RuleEvaluatorTest {
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");
  private static final int SIZE = 512;

  /** The dummies: real on [0, 256), deepfake on [256, 384), faceswap on [384, 512). */
  private static Detector detector;

  private static Detector classifier;

  @TempDir Path folder;

  @BeforeAll
  static void createDetectors() {
    detector = create(CLASSES, LossKind.DMYT);
    classifier = create(CLASSES, LossKind.CROSS_ENTROPY);
  }

  @AfterAll
  static void closeDetectors() {
    detector.close();
    classifier.close();
  }

  private static Detector create(List<String> classes, LossKind loss) {
    return Detector.create(
        new DetectorSpec(
            "resnet18",
            classes,
            "real",
            Preprocessing.imageNet(32),
            loss,
            loss.hasClassifier() ? null : Dummies.of(classes, SIZE),
            null),
        1);
  }

  /** An embedding that is one number over each of the three dummies' ones. */
  private static float[] embedding(double real, double deepfake, double faceswap) {
    float[] e = new float[SIZE];
    for (int f = 0; f < SIZE; f++) {
      e[f] = (float) (f < 256 ? real : f < 384 ? deepfake : faceswap);
    }
    return e;
  }

  private static FeatureSet set(int[] labels, float[]... rows) {
    return new FeatureSet(Nd4j.createFromArray(rows), labels, List.of());
  }

  private static FeatureSet noTraining() {
    throw new AssertionError("nothing to fit");
  }

  /**
   * The scores are the means: (0.9, 0, 0.6) for real, deepfake and faceswap in the first row. The
   * fake root's is (0 + 0.6) / 2 = 0.3: both ways say real. In the second, (0.5, 0.1, 0.6) and
   * 0.35: the dummies say faceswap, the roots say real.
   */
  @Test
  void rootsAndDummies_canDiffer() {
    FeatureSet images = set(new int[] {2, 1}, embedding(0.9, 0, 0.6), embedding(0.5, 0.1, 0.6));
    LabelledDecisions dummies =
        RuleEvaluator.of(RuleKind.DUMMIES, detector, RuleEvaluatorTest::noTraining)
            .evaluate(images);
    assertArrayEquals(new int[] {2, 1}, dummies.predictions());
    assertEquals(CLASSES, dummies.classes());

    LabelledDecisions root =
        RuleEvaluator.of(RuleKind.ROOT, detector, RuleEvaluatorTest::noTraining).evaluate(images);
    assertEquals(List.of("fake", "real"), root.classes());
    assertArrayEquals(new int[] {1, 0}, root.labels());
    assertArrayEquals(new int[] {1, 1}, root.predictions());
    double scale = Math.sqrt(SIZE);
    assertEquals(FakeScore.ofLogit(scale * (0.3 - 0.9)), root.fakeScores()[0], 1e-6);
    assertEquals(FakeScore.ofLogit(scale * (0.35 - 0.5)), root.fakeScores()[1], 1e-6);
    assertTrue(root.probabilities());
    assertEquals(0.5, root.classification().accuracy());
  }

  @Test
  void ofTwoClasses_rootsAreTheDummies() {
    try (Detector two = create(List.of("real", "swap"), LossKind.DMYT)) {
      FeatureSet images = set(new int[] {0, 1, 1}, rows(two, 3));
      LabelledDecisions dummies =
          RuleEvaluator.of(RuleKind.DUMMIES, two, RuleEvaluatorTest::noTraining).evaluate(images);
      LabelledDecisions root =
          RuleEvaluator.of(RuleKind.ROOT, two, RuleEvaluatorTest::noTraining).evaluate(images);
      assertEquals(List.of("swap", "real"), root.classes());
      assertArrayEquals(new int[] {1, 0, 0}, root.labels());
      assertArrayEquals(dummies.fakeScores(), root.fakeScores(), 1e-9);
      assertEquals(
          dummies.classification().balancedAccuracy(), root.classification().balancedAccuracy());
    }
  }

  private static float[][] rows(Detector of, int count) {
    return of.embed(images(count)).toFloatMatrix();
  }

  private static INDArray images(int count) {
    return Nd4j.createFromArray(Golden.images("input", count, 32)).reshape(count, 3, 32, 32);
  }

  @Test
  void ownWays_areCalibrated_othersAreNot() {
    FeatureSet images = set(new int[] {2, 1}, embedding(0.9, 0, 0.6), embedding(0.5, 0.1, 0.6));
    try {
      detector.setCalibration(
          new Calibration(
              Calibration.Kind.PLATT, 0.5, 1, new OperatingPoint(0.25, "test", 0.1, 0.9)));
      LabelledDecisions dummies =
          RuleEvaluator.of(RuleKind.DUMMIES, detector, RuleEvaluatorTest::noTraining)
              .evaluate(images);
      double raw = detector.rule().decide(images.features()).fakeProbabilities()[0];
      assertEquals(
          FakeScore.ofLogit(0.5 * FakeScore.toLogit(raw) + 1), dummies.fakeScores()[0], 1e-12);
      assertEquals(0.25, dummies.operatingPoint().threshold());
      LabelledDecisions root =
          RuleEvaluator.of(RuleKind.ROOT, detector, RuleEvaluatorTest::noTraining).evaluate(images);
      assertSame(OperatingPoint.DEFAULT, root.operatingPoint());
      assertEquals(FakeScore.ofLogit(Math.sqrt(SIZE) * (0.3 - 0.9)), root.fakeScores()[0], 1e-6);
    } finally {
      detector.setCalibration(Calibration.NONE);
    }
  }

  /** The logits of the embedding are those of the network. */
  @Test
  void argmax_isTheClassifiersOwn() {
    INDArray logits = classifier.features(images(4));
    LabelledDecisions argmax =
        RuleEvaluator.of(RuleKind.ARGMAX, classifier, RuleEvaluatorTest::noTraining)
            .evaluate(set(new int[4], rows(classifier, 4)));
    Golden.assertClose(
        logits.dup('c').data().asDouble(),
        classifier.featuresOf(classifier.embed(images(4))).dup('c').data().asDouble(),
        1e-5,
        "logits");
    assertArrayEquals(classifier.rule().decide(logits).predictions(), argmax.predictions());
    assertArrayEquals(classifier.fakeProbabilities(logits), argmax.fakeScores(), 1e-6);
  }

  @Test
  void svms_areFitted_andGiveNoProbability() {
    FeatureSet training =
        set(
            new int[] {0, 0, 1, 1, 2, 2},
            embedding(0, 1, 0),
            embedding(0.1, 1, 0),
            embedding(0, 0, 1),
            embedding(0.1, 0, 1),
            embedding(1, 0, 0),
            embedding(1, 0.1, 0));
    FeatureSet tested =
        set(new int[] {0, 1, 2}, embedding(0, 0.9, 0), embedding(0, 0, 1.1), embedding(1, 0, 0.1));
    LabelledDecisions each =
        RuleEvaluator.of(RuleKind.SVM, detector, () -> training).evaluate(tested);
    assertArrayEquals(new int[] {0, 1, 2}, each.predictions());
    LabelledDecisions binary =
        RuleEvaluator.of(RuleKind.SVM_BINARY, detector, () -> training).evaluate(tested);
    assertArrayEquals(new int[] {0, 0, 1}, binary.predictions());
    for (LabelledDecisions decisions : List.of(each, binary)) {
      assertFalse(decisions.probabilities());
      double[] scores = decisions.fakeScores();
      assertTrue(scores[0] > 0.5 && scores[1] > 0.5 && scores[2] < 0.5);
      DetectionReport report = decisions.detection(decisions.scores(), Bootstrap.NONE);
      assertEquals(1, report.value(DetectionMetric.ROC_AUC));
      assertEquals(0, report.value(DetectionMetric.EQUAL_ERROR_RATE));
      assertEquals(Double.NaN, report.value(DetectionMetric.BRIER_SCORE));
      assertEquals(Double.NaN, report.value(DetectionMetric.LOG_LOSS));
      assertEquals(Double.NaN, report.value(DetectionMetric.CALIBRATION_ERROR));
    }
  }

  /** Once a Triplet detector has an SVM, it judges, calibrated, and nothing is fitted again. */
  @Test
  void svmOfTheDetectorsOwn_isItsVerdict() {
    try (Detector triplet = create(CLASSES, LossKind.TRIPLET)) {
      FeatureSet training = set(new int[] {0, 1, 2, 0, 1, 2}, rows(triplet, 6));
      FeatureSet tested = set(new int[] {0, 1, 2, 0, 1, 2, 0, 1}, rows(triplet, 8));
      LabelledDecisions fitted =
          RuleEvaluator.of(RuleKind.SVM, triplet, () -> training).evaluate(tested);
      triplet.setRule(
          SvmRule.of(triplet.spec(), EmbeddingSvm.fit(training.features(), training.labels())),
          null);
      LabelledDecisions own =
          RuleEvaluator.of(RuleKind.SVM, triplet, RuleEvaluatorTest::noTraining).evaluate(tested);
      assertArrayEquals(fitted.predictions(), own.predictions());
      assertArrayEquals(fitted.fakeScores(), own.fakeScores());
      assertFalse(own.probabilities());

      Calibration calibration =
          new Calibration(Calibration.Kind.PLATT, 2, 1, new OperatingPoint(0.7, "test", 0, 1));
      triplet.setCalibration(calibration);
      LabelledDecisions calibrated =
          RuleEvaluator.of(RuleKind.SVM, triplet, RuleEvaluatorTest::noTraining).evaluate(tested);
      assertTrue(calibrated.probabilities());
      assertEquals(0.7, calibrated.operatingPoint().threshold());
      for (int i = 0; i < 8; i++) {
        assertEquals(calibration.apply(fitted.fakeScores()[i]), calibrated.fakeScores()[i]);
      }
      LabelledDecisions binary =
          RuleEvaluator.of(RuleKind.SVM_BINARY, triplet, () -> training).evaluate(tested);
      assertFalse(binary.probabilities());
      assertFault(
          "trained with Triplet has no dummies: judge it by svm, svm-binary",
          () -> RuleEvaluator.of(RuleKind.DUMMIES, triplet, RuleEvaluatorTest::noTraining));
    }
  }

  /** The library's predictions over the golden data set are those of a test. */
  @Test
  void predictionsAreTheEvaluators() throws IOException {
    JsonNode run = Golden.read(Golden.path("run/resnet18-Triplet.json"));
    Path dataset = Golden.path("run/dataset");
    try (Detector triplet = GoldenDetector.create(run)) {
      FeatureSet training = embed(triplet, dataset, run.get("train_order"));
      FeatureSet tested = embed(triplet, dataset, run.get("test_order"));
      LabelledDecisions expected =
          RuleEvaluator.of(RuleKind.SVM, triplet, () -> training).evaluate(tested);
      triplet.setRule(
          SvmRule.of(triplet.spec(), EmbeddingSvm.fit(training.features(), training.labels())),
          null);
      Calibration calibration =
          new Calibration(Calibration.Kind.PLATT, 1.5, 0, OperatingPoint.DEFAULT);
      triplet.setCalibration(calibration);
      List<Prediction> predictions = triplet.predictSamples(tested.samples());
      for (int i = 0; i < predictions.size(); i++) {
        Prediction p = predictions.get(i);
        assertEquals(calibration.apply(expected.fakeScores()[i]), p.fakeProbability(), 1e-4);
        assertEquals(
            triplet.spec().classes().get(expected.predictions()[i]), p.label(), p.id() + "");
      }
    }
  }

  private static FeatureSet embed(Detector detector, Path dataset, JsonNode order) {
    try (ImageFolderIterator images = GoldenDetector.images(dataset, order, detector.spec(), 8)) {
      return FeatureSet.of(detector, images, FeatureSet.Layer.EMBEDDING, n -> {});
    }
  }

  @Test
  void lackingParts_areNamed() {
    assertFault(
        "trained with DmyT has no classifier: judge it by dummies, root, svm, svm-binary",
        () -> RuleEvaluator.of(RuleKind.ARGMAX, detector, RuleEvaluatorTest::noTraining));
    assertFault(
        "trained with CrossEntropy has no dummies: judge it by svm, svm-binary, argmax",
        () -> RuleEvaluator.of(RuleKind.ROOT, classifier, RuleEvaluatorTest::noTraining));
    assertFault("there are dummies, root, svm", () -> RuleKind.parse("forest"));
    assertSame(RuleKind.SVM_BINARY, RuleKind.parse("SVM-binary"));
    RuleEvaluator evaluator =
        RuleEvaluator.of(RuleKind.DUMMIES, detector, RuleEvaluatorTest::noTraining);
    assertFault(
        "image 0 with scores that are not numbers",
        () -> evaluator.evaluate(set(new int[1], embedding(Double.NaN, 0, 0))));
  }

  /** What the cache has is not computed again, whatever the file is called now. */
  @Test
  void embedder_computesEachImageOnce() throws IOException {
    List<LabelledSample> files = new ArrayList<>();
    for (String name : List.of("photo.jpg", "grey.png", "small.jpg")) {
      files.add(new LabelledSample(Sample.of(Golden.path("images/source/" + name)), 1));
    }
    Path broken = Files.writeString(folder.resolve("broken.jpg"), "no picture");
    files.add(1, new LabelledSample(Sample.of(broken), 2));
    LoaderOptions options = LoaderOptions.evaluation(detector.spec().preprocessing());
    Embedder plain = new Embedder(detector, options, Optional.empty(), Embedder.Monitor.NONE);
    float[][] expected = plain.embed("all", files).features().toFloatMatrix();

    for (int round = 0; round < 2; round++) {
      int known = round * (files.size() - 1);
      Embedder.Monitor monitor =
          new Embedder.Monitor() {
            @Override
            public void embedded(int samples, List<BadImageException> bad, int cached) {
              assertEquals(files.size(), samples);
              assertEquals(known, cached);
              assertEquals(1, bad.size());
            }
          };
      try (EmbeddingCache cache = EmbeddingCache.open(folder.resolve("c"), "net", SIZE, 1 << 20)) {
        FeatureSet set =
            new Embedder(detector, options, Optional.of(cache), monitor).embed("all", files);
        float[][] rows = set.features().toFloatMatrix();
        assertEquals(files.size() - 1, rows.length);
        for (int i = 0; i < rows.length; i++) {
          assertArrayEquals(expected[i], rows[i], 1e-6f);
        }
        assertEquals(
            List.of("photo.jpg", "grey.png", "small.jpg"),
            set.samples().stream().map(s -> Path.of(s.id().source()).getFileName() + "").toList());
      }
    }
    assertThrows(
        ImageDataException.class,
        () -> plain.embed("none", List.of(new LabelledSample(Sample.of(broken), 0))));
  }
}
