package io.dmyt.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Detector;
import io.dmyt.Golden;
import io.dmyt.GoldenDetector;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Retraces PyTorch's runs in double precision, where rounding has no say: the first steps of runs
 * that are chaotic in single precision. DL4J's own layers take half a minute for each.
 */
@Tag("slow")
class DoubleRunTest {
  /** Single precision has strayed by .01 in the fourth step of CrossEntropy. */
  private static final int STEPS = 4;

  @ParameterizedTest
  @ValueSource(strings = {"resnet18-DmyT", "resnet18-CrossEntropy", "resnet18-Triplet"})
  void retracesPyTorchInDouble(String name) {
    Path file = Path.of(Golden.class.getResource("/golden/run/" + name + ".json").getPath());
    JsonNode run = Golden.read(file);
    double[] expected = Golden.doubles(ReferenceRuns.of(name).get("double").get(0));
    Detector detector = GoldenDetector.inDouble(run);
    TrainingOptions options =
        TrainingOptions.defaults().withLearningRate(run.get("lr").doubleValue());
    try (TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), options);
        var images =
            GoldenDetector.images(
                file.resolveSibling("dataset"),
                run.get("train_order"),
                detector.spec(),
                run.get("batch").intValue())) {
      images.setPreProcessor(GoldenDetector::toDouble);
      for (int s = 0; s < STEPS; s++) {
        DataSet batch = images.next();
        double actual = step.run(batch.getFeatures(), batch.getLabels());
        Golden.assertClose(expected[s], actual, 1e-5, 1e-3, "loss of step " + (s + 1));
      }
    }
  }
}
