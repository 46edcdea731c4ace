package io.dmyt.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.engine.CoverageTest;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a GPU is asked for beyond the sweep over all engines, which runs it in single precision: the
 * other precisions, and training with parameters that stay on the device. Skipped without a GPU.
 */
@Requires(Requires.Machine.GPU)
class CudaSweepTest {

  private static Engine engine(Precision precision) {
    return Engines.of(new CudaProvider(), ExecutionOptions.DEFAULT.withPrecision(precision));
  }

  @TestFactory
  Stream<DynamicTest> everyLayerInBfloat16() {
    return CoverageTest.everyLayer(
        new TestEngine(engine(Precision.BF16), DataType.FLOAT), (twins, features) -> {});
  }

  @Test
  void trainsOnTheDeviceAsDl4jDoes() {
    List<Double> expected = losses(false);
    List<Double> found = losses(true);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), found.get(i), 2e-3, "loss of step " + (i + 1));
    }
    assertTrue(found.get(found.size() - 1) < found.get(0));
  }

  private static List<Double> losses(boolean onDevice) {
    BackboneOptions options = BackboneOptions.defaults().withSeed(1).withClasses(2);
    Backbone backbone = Backbones.create("resnet18", options);
    ComputationGraph graph =
        onDevice ? engine(Precision.F32).accelerate(backbone.graph()) : backbone.graph();
    INDArray labels = Nd4j.zeros(4, 2);
    for (int i = 0; i < 4; i++) {
      labels.putScalar(i, i % 2, 1);
    }
    List<Double> losses = new ArrayList<>();
    TrainingOptions training = new TrainingOptions(1e-4, 1, 1e-2, 1);
    try (TrainingStep step =
        new TrainingStep(backbone.on(graph), new CrossEntropyLoss(), training)) {
      for (int i = 0; i < 4; i++) {
        losses.add(step.run(Twins.random(7, 4, 3, 64, 64), labels));
      }
    }
    return losses;
  }
}
