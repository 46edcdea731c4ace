package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.Tuning;
import io.dmyt.engine.Twins;
import io.dmyt.loss.Dummies;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels are measured by default where people use them, and chosen by rule in all other tests: a
 * training and its detector are the same either way.
 */
@Requires(Requires.Machine.ONEDNN)
class MeasuredKernelsTest {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int SIZE = 64;
  private static final int STEPS = 3;

  @ParameterizedTest
  @ValueSource(
      strings = {"resnet18", "mobilenetv3_small_050", "efficientnet_b0", "vit_tiny_patch16_224"})
  void trainAsThoseOfTheRules(String model) throws IOException {
    Tuning tuning = Tuning.in();
    try (Detector ruled = detector(model, null);
        Detector measured = detector(model, tuning)) {
      INDArray images = Twins.random(1, 4, 3, SIZE, SIZE);
      INDArray labels = Nd4j.eye(2).repeat(0, 2);
      Twins.close("features", ruled.features(images), measured.features(images), 1e-4);
      for (int step = 0; step < STEPS; step++) {
        double loss = loss(ruled, images, labels);
        assertEquals(loss, loss(measured, images, labels), 1e-3 * loss);
      }
      assertFalse(tuning.used().isEmpty(), "nothing was measured");
      Twins.close("trained", ruled.features(images), measured.features(images), 2e-2);
    }
  }

  private static double loss(Detector detector, INDArray images, INDArray labels) {
    TrainingOptions options = TrainingOptions.defaults();
    try (TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), options)) {
      return step.run(images, labels);
    }
  }

  private static Detector detector(String model, Tuning tuning) {
    Engine engine = Engines.named("onednn", new ExecutionOptions(Precision.F32, 0, false, tuning));
    DetectorSpec spec =
        new DetectorSpec(
            model,
            CLASSES,
            "real",
            Preprocessing.imageNet(SIZE),
            LossKind.DMYT,
            Dummies.of(CLASSES, Backbones.spec(model).embeddingSize()),
            null);
    return Detector.create(spec, 1, engine);
  }
}
