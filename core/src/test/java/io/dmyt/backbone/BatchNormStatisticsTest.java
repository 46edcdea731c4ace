package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

class BatchNormStatisticsTest {
  /**
   * A 1×1 convolution with weight 1 and stride 2 hands its batch norm the corners of two 3×3
   * images: 1, 3, 7, 9 and 2, 4, 8, 10. Their mean is 5.5; the squared distances from it sum to 82,
   * so that the biased variance is 82 / 8 and the unbiased 82 / 7. With running statistics of 3 and
   * 2 the step ends at 0.9 · 3 + 0.1 · 5.5 = 3.25 and 0.9 · 2 + 0.1 · 82 / 7.
   */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void runningVarianceBecomesUnbiased(DataType type) {
    ComputationGraph graph = graph(type);
    graph.getLayer("bn").getParam("mean").assign(3);
    graph.getLayer("bn").getParam("var").assign(2);
    INDArray images = Nd4j.arange(1, 10).reshape(1, 1, 3, 3).castTo(type);
    images = Nd4j.concat(0, images, images.add(1));

    backward(graph, images);
    BatchNormStatistics.of(graph).correct(images.shape());
    graph.params().subi(graph.getFlattenedGradients().reshape(graph.params().shape()));

    double[] mean = graph.getLayer("bn").getParam("mean").toDoubleVector();
    double[] variance = graph.getLayer("bn").getParam("var").toDoubleVector();
    assertArrayEquals(new double[] {3.25}, mean, 1e-6);
    assertArrayEquals(new double[] {1.8 + 0.1 * 82 / 7}, variance, 1e-6);
    assertEquals(1, graph.getLayer("bn").conf().getIterationCount());
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void aSingleValueHasNoVariance(DataType type) {
    ComputationGraph graph = graph(type);
    INDArray image = Nd4j.ones(type, 1, 1, 1, 1);
    backward(graph, image);
    BatchNormStatistics statistics = BatchNormStatistics.of(graph);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> statistics.correct(image.shape()));
    assertTrue(e.getMessage().startsWith("bn: "), e.getMessage());
  }

  private static void backward(ComputationGraph graph, INDArray images) {
    graph.setInput(0, images);
    graph.setLabels(Nd4j.zeros(images.dataType(), images.size(0), 1));
    graph.computeGradientAndScore();
  }

  private static ComputationGraph graph(DataType type) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("input")
                .addLayer(
                    "conv",
                    new ConvolutionLayer.Builder(1, 1)
                        .stride(2, 2)
                        .nIn(1)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "input")
                .addLayer(
                    "bn",
                    new BatchNormalization.Builder().nIn(1).nOut(1).useLogStd(false).build(),
                    "conv")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "bn")
                .addLayer("loss", new LossLayer.Builder(new LossMSE()).build(), "pool")
                .setOutputs("loss")
                .build());
    graph.init();
    graph.getLayer("conv").getParam("W").assign(1);
    return graph;
  }
}
