package io.dmyt.backbone.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The layers that DL4J lacks, on every engine that there is. */
class LayersOnEnginesTest {
  private static final int CHANNELS = 4;

  @TestFactory
  Stream<DynamicTest> everyLayer() {
    return TestEngine.all().flatMap(engine -> LayerSweep.everyLayer(engine, (twins, x) -> {}));
  }

  /** As in BiT without a classifier. The engine's graph has the parameters of the one it is for. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void allParametersMayBelongToVertices(TestEngine engine) {
    INDArray images = Twins.random(1, CHANNELS, 3, 6, 5);
    INDArray labels = Nd4j.eye(CHANNELS);
    try (Twins twins = Twins.of(withoutLayersThatHaveParameters(), engine)) {
      assertEquals(0, twins.stock().numParams(), "DL4J's count leaves out vertices");
      twins.sameOutput(images);
      twins.sameGradients(images, labels);
      twins.sameTraining(images, labels, 2);
    }
  }

  private static ComputationGraphConfiguration withoutLayersThatHaveParameters() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .updater(new Nesterovs(0.05, 0.9))
        .graphBuilder()
        .addInputs("in")
        .addVertex(
            "convolution",
            new StandardizedConvolution(3, CHANNELS, 3, 1, false, 1, 0, 1e-5, true),
            "in")
        .addLayer("curve", new ActivationLayer(Activation.TANH), "convolution")
        .addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "curve")
        .addLayer(
            "out",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "mean")
        .setOutputs("out")
        .build();
  }
}
