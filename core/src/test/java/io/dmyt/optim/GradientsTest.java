package io.dmyt.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.schedule.FixedSchedule;

class GradientsTest {
  private static final int IN = 5;
  private static final int OUT = 3;

  private final ComputationGraph graph = graph();
  private final INDArray inputs = Nd4j.rand(DataType.DOUBLE, 8, IN);
  private final INDArray targets = Nd4j.rand(DataType.DOUBLE, 8, OUT);

  private static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(IN))
                .addLayer(
                    "a", new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nOut(OUT).build(), "a")
                .addLayer(
                    "out", new LossLayer.Builder().activation(Activation.IDENTITY).build(), "b")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  private double[] gradient(GraphOptimizer optimizer, int from, int to) {
    graph.setInputs(inputs.get(NDArrayIndex.interval(from, to)).dup());
    graph.setLabels(targets.get(NDArrayIndex.interval(from, to)).dup());
    optimizer.computeGradient();
    return graph.getFlattenedGradients().toDoubleVector();
  }

  private static double length(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }

  @Test
  void theSumOverPartsIsTheWholeBatchs() {
    GraphOptimizer optimizer = new AdamW(graph, new FixedSchedule(0.1), 0);
    Gradients gradients = new Gradients(optimizer);
    double[] whole = gradient(optimizer, 0, 8);
    assertEquals(length(whole), gradients.length(), 1e-12);
    for (int from : new int[] {0, 3, 5}) {
      gradient(optimizer, from, from == 0 ? 3 : from == 3 ? 5 : 8);
      gradients.add();
    }
    gradients.takeSum();
    assertArrayEquals(whole, graph.getFlattenedGradients().toDoubleVector(), 1e-12);
    assertTrue(length(whole) > 0.1, "something to compare");
  }

  @Test
  void climbsByTheDistanceAndDownAgain() {
    GraphOptimizer optimizer = new AdamW(graph, new FixedSchedule(0.1), 0);
    Gradients gradients = new Gradients(optimizer);
    double[] g = gradient(optimizer, 0, 8);
    double[] before = graph.params().toDoubleVector();
    gradients.climb(0.05);
    double[] expected = new double[g.length];
    for (int i = 0; i < g.length; i++) {
      expected[i] = before[i] + 0.05 * g[i] / length(g);
    }
    assertArrayEquals(expected, graph.params().toDoubleVector(), 1e-14);
    double[] above = gradient(optimizer, 0, 8);
    gradients.climbDown();
    assertArrayEquals(before, graph.params().toDoubleVector());
    assertArrayEquals(above, graph.getFlattenedGradients().toDoubleVector());
    assertFalse(Arrays.equals(g, above), "the gradient is another one up there");
  }

  @Test
  void aGradientThatIsNotFiniteIsSeenAndNamed() {
    GraphOptimizer optimizer = new AdamW(graph, new FixedSchedule(0.1), 0);
    Gradients gradients = new Gradients(optimizer);
    gradient(optimizer, 0, 8);
    assertTrue(gradients.isFiniteAtInput());
    inputs.putScalar(0, 0, Double.NaN);
    gradient(optimizer, 0, 8);
    assertFalse(gradients.isFiniteAtInput());
    assertTrue(Double.isNaN(gradients.length()));
    assertTrue(gradients.longest(1).matches("[ab] \\(NaN\\)"), gradients.longest(1));
  }

  /** The formula of PyTorch's documentation, parameter by parameter. */
  @Test
  void sgdStepsAsPyTorchDoes() {
    double rate = 0.1;
    double decay = 0.01;
    Sgd optimizer =
        new Sgd(
            graph,
            factor -> new FixedSchedule(rate),
            0.9,
            List.of(ParameterGroup.all(graph, decay)));
    int length = (int) graph.numParams();
    double[] theta = graph.params().toDoubleVector();
    double[] u = new double[length];
    Random random = new Random(3);
    for (int t = 0; t < 5; t++) {
      double[] gradient = random.doubles(length, -1, 1).toArray();
      for (int i = 0; i < length; i++) {
        u[i] = 0.9 * u[i] + gradient[i] / 4 + decay * theta[i];
        theta[i] -= rate * u[i];
      }
      graph.getFlattenedGradients().assign(Nd4j.createFromArray(gradient).reshape(1, length));
      optimizer.step(4);
    }
    assertArrayEquals(theta, graph.params().toDoubleVector(), 1e-12);
    optimizer.setRate(0);
    optimizer.step(4);
    assertArrayEquals(theta, graph.params().toDoubleVector(), 1e-12);
  }
}
