package io.dmyt.backbone;

import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small transformers on every engine against DL4J's own run of their vertices. */
class TransformerEngineTest {
  private static final int BATCH = 3;

  static Stream<Arguments> enginesAndModels() {
    return TestEngine.all()
        .flatMap(
            engine ->
                SmallTransformers.models().values().stream()
                    .map(model -> Arguments.of(engine, model)));
  }

  @ParameterizedTest
  @MethodSource("enginesAndModels")
  void agrees(TestEngine engine, Model model) {
    ComputationGraphConfiguration network =
        Architecture.of(model, BackboneOptions.defaults().withClasses(3)).configuration();
    int size = model.spec().imageSize();
    try (Twins twins = Twins.of(network, engine)) {
      INDArray images = Twins.random(1, BATCH, 3, size, size);
      twins.sameOutput(images);
      INDArray labels = Nd4j.eye(BATCH);
      twins.sameGradients(images, labels);
      twins.sameTraining(images, labels, 2);
    }
  }
}
