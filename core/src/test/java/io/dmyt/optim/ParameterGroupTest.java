package io.dmyt.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.FixedSchedule;

/** Each group steps by the formula with its own rate and decay. */
class ParameterGroupTest {
  private static final double RATE = 0.01;

  /** Weights and bias of a, gamma and beta, mean and variance, weights and bias of b. */
  private static final int[] ENDS = {20, 24, 28, 32, 36, 40, 52, 55};

  private static ComputationGraph graph(DataType type) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(type)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(5))
                .addLayer("a", new DenseLayer.Builder().nOut(4).build(), "in")
                .addLayer("norm", new BatchNormalization.Builder().useLogStd(false).build(), "a")
                .addLayer("b", new DenseLayer.Builder().nOut(3).build(), "norm")
                .addLayer(
                    "out", new LossLayer.Builder().activation(Activation.IDENTITY).build(), "b")
                .setOutputs("out")
                .build());
    graph.init();
    assertEquals(ENDS[ENDS.length - 1], graph.numParams());
    return graph;
  }

  /** a's weights slowly, its bias not at all, the norm without decay, b's weights fast. */
  private static List<ParameterGroup> groups() {
    return List.of(
        new ParameterGroup(0, 20, 0.5, 0.1),
        new ParameterGroup(20, 4, 0, 0.1),
        new ParameterGroup(24, 4, 1, 0),
        new ParameterGroup(28, 4, 1, 0),
        new ParameterGroup(40, 12, 3, 0.2));
  }

  private static double[] gradient(ComputationGraph graph, Random random) {
    double[] gradient = random.doubles(graph.numParams(), -0.1, 0.1).toArray();
    graph
        .getFlattenedGradients()
        .assign(
            Nd4j.createFromArray(gradient)
                .reshape(1, gradient.length)
                .castTo(graph.params().dataType()));
    return gradient;
  }

  private static void assertStill(double[] before, ComputationGraph graph, int from, int to) {
    double[] now = graph.params().toDoubleVector();
    for (int i = from; i < to; i++) {
      assertEquals(before[i], now[i], "parameter " + i);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void adamW(DataType type) {
    ComputationGraph graph = graph(type);
    AdamW optimizer = new AdamW(graph, f -> new FixedSchedule(RATE * f), groups());
    double[] before = graph.params().toDoubleVector();
    double[] theta = before.clone();
    double[] m = new double[theta.length];
    double[] v = new double[theta.length];
    Random random = new Random(3);
    for (int t = 1; t <= 4; t++) {
      double[] g = gradient(graph, random);
      for (ParameterGroup group : groups()) {
        double rate = RATE * group.rate();
        for (int i = (int) group.from(); i < group.to(); i++) {
          m[i] = 0.9 * m[i] + 0.1 * g[i];
          v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
          double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8;
          theta[i] -= rate * group.weightDecay() * theta[i];
          theta[i] -= rate * (m[i] / (1 - Math.pow(0.9, t))) / root;
        }
      }
      for (int i = ENDS[3]; i < ENDS[5]; i++) {
        theta[i] -= g[i];
      }
      optimizer.step(1);
      assertArrayEquals(
          theta, graph.params().toDoubleVector(), type == DataType.DOUBLE ? 1e-10 : 1e-5);
    }
    assertStill(before, graph, ENDS[0], ENDS[1]);
    assertStill(before, graph, ENDS[6], ENDS[7]);
    assertEquals(
        2 * (20 + 4 + 4 + 12),
        graph.getUpdater().getStateViewArray().length(),
        "moments of what learns alone");
  }

  @Test
  void sgd() {
    ComputationGraph graph = graph(DataType.DOUBLE);
    Sgd optimizer = new Sgd(graph, f -> new FixedSchedule(RATE * f), 0.9, groups());
    double[] before = graph.params().toDoubleVector();
    double[] theta = before.clone();
    double[] u = new double[theta.length];
    Random random = new Random(4);
    for (int t = 1; t <= 4; t++) {
      double[] g = gradient(graph, random);
      for (ParameterGroup group : groups()) {
        for (int i = (int) group.from(); i < group.to(); i++) {
          u[i] = 0.9 * u[i] + g[i] + group.weightDecay() * theta[i];
          theta[i] -= group.rate() == 0 ? 0 : RATE * group.rate() * u[i];
        }
      }
      for (int i = ENDS[3]; i < ENDS[5]; i++) {
        theta[i] -= g[i];
      }
      optimizer.step(1);
      assertArrayEquals(theta, graph.params().toDoubleVector(), 1e-10);
    }
    assertStill(before, graph, ENDS[0], ENDS[1]);
    assertEquals(20 + 4 + 4 + 12, graph.getUpdater().getStateViewArray().length());
  }

  /** A DL4J program that goes on with a saved graph steps in the same groups. */
  @Test
  void areInTheConfiguration() {
    ComputationGraph graph = graph(DataType.FLOAT);
    new AdamW(graph, f -> new FixedSchedule(RATE * f), groups());
    ComputationGraph read =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()));
    read.init();
    assertEquals(graph.getUpdater().getStateViewArray(), read.getUpdater().getStateViewArray());
    BaseLayer a = (BaseLayer) read.getLayer("a").conf().getLayer();
    assertEquals(0.5 * RATE, a.getUpdaterByParam("W").getLearningRate(1, 1));
    assertEquals(0, a.getUpdaterByParam("b").stateSize(7));
    assertEquals(1, a.getRegularizationByParam("W").size());
    BaseLayer norm = (BaseLayer) read.getLayer("norm").conf().getLayer();
    assertEquals(List.of(), norm.getRegularization());
    double[] before = read.params().toDoubleVector();
    read.setInputs(Nd4j.rand(DataType.FLOAT, 6, 5));
    read.setLabels(Nd4j.rand(DataType.FLOAT, 6, 3));
    read.fit(new INDArray[] {read.getInput(0)}, new INDArray[] {Nd4j.rand(DataType.FLOAT, 6, 3)});
    assertStill(before, read, ENDS[0], ENDS[1]);
    assertStill(before, read, ENDS[6], ENDS[7]);
    assertTrue(before[0] != read.params().getDouble(0), "and learns");
  }

  /** Other groups go on with what both have of the state. */
  @Test
  void takeOverTheState() {
    ComputationGraph graph = graph(DataType.FLOAT);
    new AdamW(graph, new FixedSchedule(RATE), 0.1);
    INDArray moments = graph.getUpdater().getStateViewArray();
    moments.assign(Nd4j.arange(moments.length()).reshape(moments.shape()));
    // a's weights and bias and gamma and beta are one block: means, then squares.
    double[] before = moments.toDoubleVector();
    new AdamW(graph, f -> new FixedSchedule(RATE * f), groups());
    double[] after = graph.getUpdater().getStateViewArray().toDoubleVector();
    for (int i = 0; i < 20; i++) {
      assertEquals(before[i], after[i], "a's means");
      assertEquals(before[32 + i], after[20 + i], "a's squares");
    }
    assertEquals(before[24], after[40], "gamma's means");
    new AdamW(graph, f -> new FixedSchedule(0.5 * RATE * f), groups());
    assertArrayEquals(
        after, graph.getUpdater().getStateViewArray().toDoubleVector(), "another rate");
  }

  @Test
  void nothingOfAnotherOptimisersStateIsTaken() {
    ComputationGraph graph = graph(DataType.FLOAT);
    new Sgd(graph, f -> new FixedSchedule(RATE), 0.9, List.of(ParameterGroup.all(graph, 0)));
    graph.getUpdater().getStateViewArray().assign(3);
    AdamW adam = new AdamW(graph, new FixedSchedule(RATE), 0);
    assertEquals(0, graph.getUpdater().getStateViewArray().sumNumber().doubleValue());
    gradient(graph, new Random(5));
    adam.step(1);
  }

  @Test
  void allInOneHaveNoUpdaterOfTheirOwnForBiases() {
    ComputationGraph graph = graph(DataType.FLOAT);
    new AdamW(graph, new FixedSchedule(RATE), 0.1);
    assertNull(((BaseLayer) graph.getLayer("a").conf().getLayer()).getBiasUpdater());
  }

  @Test
  void numbersAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new ParameterGroup(-1, 2, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new ParameterGroup(0, 0, 1, 0));
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> new ParameterGroup(0, 1, bad, 0));
      assertThrows(IllegalArgumentException.class, () -> new ParameterGroup(0, 1, 1, bad));
    }
  }
}
