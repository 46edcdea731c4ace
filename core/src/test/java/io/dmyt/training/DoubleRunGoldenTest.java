package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Detector;
import io.dmyt.Golden;
import io.dmyt.GoldenDetector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.evaluation.embedding.FeatureSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Retraces whole training runs of the reference in double precision, where every step, every
 * validation and every feature of the test images agree to 1e-5.
 *
 * <p>DL4J's own layers take seconds for each step. Without {@code -Ddmyt.golden.whole=true} a run
 * is retraced for its first epoch, validation included; the output says which.
 */
@Tag("slow")
class DoubleRunGoldenTest {
  private static final double TOLERANCE = 1e-5;
  private static final boolean WHOLE = Boolean.getBoolean("dmyt.golden.whole");

  /** Whether a run was made in double precision. */
  static boolean isDouble(JsonNode run) {
    return run.path("precision").asText().equals("float64");
  }

  @TestFactory
  Stream<DynamicTest> retracesTheReference() {
    List<Path> runs =
        Golden.list("run", ".json").stream().filter(f -> isDouble(Golden.read(f))).toList();
    assumeFalse(runs.isEmpty(), "no golden runs in double in " + Golden.root());
    return runs.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> retrace(file)));
  }

  private static void retrace(Path file) throws Exception {
    JsonNode run = Golden.read(file);
    int all = run.get("epochs").size();
    int epochs = WHOLE ? all : 1;
    System.out.printf(
        "%s: %d of %d epochs%s%n",
        file.getFileName(), epochs, all, WHOLE ? "" : " (all with -Ddmyt.golden.whole=true)");
    Detector detector = GoldenDetector.inDouble(run);
    TrainingOptions options =
        TrainingOptions.defaults().withLearningRate(run.get("lr").doubleValue()).withEpochs(epochs);
    List<List<Double>> steps = new ArrayList<>();
    TrainingMonitor recorder =
        new TrainingMonitor() {
          @Override
          public void epochStarted(int epoch, int images) {
            steps.add(new ArrayList<>());
          }

          @Override
          public void stepDone(int images, double loss, double accuracy) {
            steps.get(steps.size() - 1).add(loss);
          }
        };
    List<EpochResult> results;
    try (ImageFolderIterator train = images(run, "train_order", detector, true);
        ImageFolderIterator valid = images(run, "valid_order", detector, false)) {
      results = new Trainer(detector, options).fit(train, valid, best -> {}, recorder);
    }
    for (int e = 0; e < epochs; e++) {
      assertEpoch(run.get("epochs").get(e), steps.get(e), results.get(e));
    }
    if (epochs == all) {
      assertTest(run, detector);
    }
  }

  private static void assertEpoch(JsonNode expected, List<Double> steps, EpochResult actual) {
    double[] losses = Golden.doubles(expected.get("step_losses"));
    assertEquals(losses.length, steps.size(), "steps of epoch " + actual.epoch());
    for (int s = 0; s < losses.length; s++) {
      assertLoss(losses[s], steps.get(s), "step %d of epoch %d".formatted(s + 1, actual.epoch()));
    }
    assertEquals(expected.get("train_accuracy").doubleValue(), actual.trainAccuracy(), 1e-9);
    assertLoss(
        expected.get("valid_loss").doubleValue(),
        actual.validLoss(),
        "validation of epoch " + actual.epoch());
    assertEquals(expected.get("valid_accuracy").doubleValue(), actual.validAccuracy(), 1e-9);
  }

  private static void assertTest(JsonNode run, Detector detector) {
    FeatureSet tested;
    try (ImageFolderIterator images = images(run, "test_order", detector, false)) {
      tested = FeatureSet.of(detector, images, FeatureSet.Layer.OUTPUT, n -> {});
    }
    // Those of the first images.
    double[] features = Golden.doubles(run.get("test_features"));
    double[] actual = tested.features().dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(
        features, Arrays.copyOf(actual, features.length), TOLERANCE, "features of test images");
    assertArrayEquals(Golden.ints(run.get("test_labels")), tested.labels());
    assertArrayEquals(
        Golden.ints(run.get("test_predictions")), Trainer.predict(detector, tested.features()));
  }

  private static ImageFolderIterator images(
      JsonNode run, String order, Detector detector, boolean training) {
    Path dataset = Golden.path("run/dataset");
    int batch = run.get("batch").intValue();
    ImageFolderIterator images =
        training
            ? GoldenDetector.trainingImages(dataset, run.get(order), detector.spec(), batch)
            : GoldenDetector.images(dataset, run.get(order), detector.spec(), batch);
    images.setPreProcessor(GoldenDetector::toDouble);
    return images;
  }

  private static void assertLoss(double expected, double actual, String what) {
    Golden.assertClose(expected, actual, TOLERANCE, 0, "loss of " + what);
  }
}
