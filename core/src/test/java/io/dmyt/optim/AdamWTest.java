package io.dmyt.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

class AdamWTest {
  private static ComputationGraph graph(IUpdater updater, boolean norm) {
    return graph(updater, norm, DataType.DOUBLE);
  }

  private static ComputationGraph graph(IUpdater updater, boolean norm, DataType type) {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(type)
            .updater(updater)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(5))
            .addLayer("a", new DenseLayer.Builder().nOut(4).build(), "in");
    if (norm) {
      builder.addLayer("norm", new BatchNormalization(), "a");
    }
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addLayer("b", new DenseLayer.Builder().nOut(3).build(), norm ? "norm" : "a")
                .addLayer(
                    "out", new LossLayer.Builder().activation(Activation.IDENTITY).build(), "b")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  /** The formula of PyTorch's documentation, parameter by parameter. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void stepsAsPyTorchDoes(DataType type) {
    double rate = 0.01;
    double decay = 0.1;
    int batch = 4;
    ComputationGraph graph = graph(new Adam(), false, type);
    AdamW optimizer = new AdamW(graph, new FixedSchedule(rate), decay);
    int length = (int) graph.numParams();
    double[] theta = graph.params().toDoubleVector();
    double[] m = new double[length];
    double[] v = new double[length];
    Random random = new Random(3);
    for (int t = 1; t <= 5; t++) {
      double[] gradient = random.doubles(length, -1e-7, 1e-7).toArray();
      for (int i = 0; i < length; i++) {
        double g = gradient[i];
        theta[i] -= rate * decay * theta[i];
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        theta[i] -=
            rate
                * (m[i] / (1 - Math.pow(0.9, t)))
                / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8);
      }
      graph
          .getFlattenedGradients()
          .assign(Nd4j.createFromArray(gradient).mul(batch).reshape(1, length).castTo(type));
      optimizer.step(batch);
      assertArrayEquals(
          theta,
          graph.params().toDoubleVector(),
          type == DataType.DOUBLE ? 1e-10 : 1e-5,
          "step " + t);
    }
    assertEquals(5, graph.getIterationCount());
  }

  @Test
  void takesRunningStatisticsAsTheyAre() {
    ComputationGraph graph = graph(new Adam(), true);
    AdamW optimizer = new AdamW(graph, new FixedSchedule(0.1), 0.5);
    graph.getFlattenedGradients().assign(0);
    double before = graph.getParam("norm_mean").getDouble(0);
    graph.getLayer("norm").getGradientsViewArray().assign(0.25);
    optimizer.step(8);
    assertEquals(before - 0.25, graph.getParam("norm_mean").getDouble(0), 1e-12);
  }

  /** What a saved graph says, and what DL4J itself would go on with. */
  @Test
  void writesItselfIntoTheConfiguration() {
    ComputationGraph graph = graph(new Sgd(), true);
    ISchedule schedule = new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 3);
    new AdamW(graph, schedule, 0.25);
    ComputationGraph read =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()));
    read.init();
    assertEquals(graph.getUpdater().getStateViewArray(), read.getUpdater().getStateViewArray());
    BaseLayer layer = (BaseLayer) read.getLayer("a").conf().getLayer();
    Adam adam = (Adam) layer.getIUpdater();
    assertEquals(0.1, adam.getLearningRate(7, 2));
    assertEquals(0.05, adam.getLearningRate(7, 3));
    assertEquals(schedule, adam.getLearningRateSchedule());
    assertEquals(0.999, adam.getBeta2());
    assertEquals(1e-8, adam.getEpsilon());
    assertEquals(List.of(new WeightDecay(0.25, true)), layer.getRegularizationByParam("W"));
    assertEquals(List.of(new WeightDecay(0.25, true)), layer.getRegularizationByParam("b"));
  }

  /** A file's optimiser goes on: its moments stay, its learning rate is this run's. */
  @Test
  void goesOnFromAStateThatIsThere() {
    ComputationGraph graph = graph(new Adam(7), false);
    graph.getUpdater().getStateViewArray().assign(0.5);
    new AdamW(graph, new FixedSchedule(0.1), 0);
    UpdaterBlock block = graph.getUpdater().getUpdaterBlocks().get(0);
    assertEquals(0.5, block.getUpdaterView().getDouble(0));
    assertEquals(0.1, block.getGradientUpdater().getConfig().getLearningRate(0, 0));
  }

  /** A graph that had another updater gets this one, with a state of zeros. */
  @Test
  void takesAnotherUpdatersPlace() {
    ComputationGraph graph = graph(new Sgd(), false);
    graph.getUpdater();
    AdamW optimizer = new AdamW(graph, new FixedSchedule(0.1), 0);
    graph.getFlattenedGradients().assign(1);
    double before = graph.params().getDouble(0);
    optimizer.step(1);
    assertEquals(before - 0.1, graph.params().getDouble(0), 1e-6);
    assertEquals(2 * graph.numParams(), graph.getUpdater().getStateViewArray().length());
  }
}
