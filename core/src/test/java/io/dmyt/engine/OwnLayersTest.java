package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Layers that are not DL4J's run on any engine that has their operations, and elsewhere in DL4J.
 */
class OwnLayersTest {
  private static final int CHANNELS = 4;

  private static ComputationGraphConfiguration network() {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(new Sgd(0.01))
        .graphBuilder()
        .addInputs("in")
        .addLayer(
            "conv",
            new ConvolutionLayer.Builder(3, 3)
                .nIn(3)
                .nOut(CHANNELS)
                .activation(Activation.TANH)
                .build(),
            "in")
        .addLayer("double", new Doubling(), "conv")
        .addLayer("sigmoid", new ActivationLayer(Activation.SIGMOID), "double")
        .addLayer("mixer", new TokenMixer(CHANNELS, 5, 4), "sigmoid")
        .addLayer(
            "dense",
            new DenseLayer.Builder()
                .nIn(CHANNELS * CHANNELS)
                .nOut(6)
                .activation(Activation.SWISH)
                .build(),
            "mixer")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(6)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build(),
            "dense")
        .setOutputs("out")
        .build();
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void layersThatAreDescribedRunOnEngines(TestEngine engine) {
    try (Twins twins = Twins.of(network(), engine)) {
      GraphProgram program = twins.program();
      assertTrue(program.accelerated("double"), "a VertexReader knows it");
      assertTrue(program.accelerated("dense"), "behind it, whoever runs it");
      if (engine.engine().name().equals("samediff")) {
        assertTrue(program.accelerated("mixer"), "it describes itself");
        assertEquals(1, program.regions().size());
      }
      INDArray images = Twins.random(1, 3, 3, 7, 6);
      twins.sameOutput(images);
      if (program.accelerated("mixer") && engine.type() == DataType.DOUBLE) {
        gradientsAreSlopes(twins.fast(), images.castTo(DataType.DOUBLE));
      }
    }
  }

  /** Along a random direction. DL4J's SameDiff layers can't judge: their gradients are doubled. */
  private static void gradientsAreSlopes(ComputationGraph graph, INDArray images) {
    INDArray labels = AcceleratedGraphTest.labels(3, 3).castTo(DataType.DOUBLE);
    score(graph, images, labels);
    INDArray gradient = graph.getFlattenedGradients().div(images.size(0));
    INDArray start = graph.params().dup();
    for (int seed = 0; seed < 5; seed++) {
      INDArray direction = Twins.random(seed, start.shape()).castTo(DataType.DOUBLE);
      double step = 1e-6;
      graph.params().assign(start.add(direction.mul(step)));
      double above = score(graph, images, labels);
      graph.params().assign(start.sub(direction.mul(step)));
      double below = score(graph, images, labels);
      graph.params().assign(start);
      double expected = gradient.mul(direction.reshape(gradient.shape())).sumNumber().doubleValue();
      double norm = gradient.norm2Number().doubleValue();
      assertEquals(expected, (above - below) / (2 * step), 1e-6 * norm);
    }
  }

  private static double score(ComputationGraph graph, INDArray images, INDArray labels) {
    graph.setInputs(images);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    return graph.score();
  }
}
