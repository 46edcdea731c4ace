package io.dmyt.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dmyt.engine.Engines;
import io.dmyt.engine.Requires;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Against DL4J's updater, whose state it shares. */
@Requires(Requires.Machine.HOST_ARRAYS)
class FusedUpdaterTest {

  private static ComputationGraphConfiguration network(
      NeuralNetConfiguration.Builder common, IUpdater last) {
    return common
        .graphBuilder()
        .addInputs("in")
        .addLayer("first", convolution(3, 40).build(), "in")
        .addLayer("norm", new BatchNormalization.Builder().nIn(40).nOut(40).build(), "first")
        .addLayer("last", convolution(40, 50).updater(last).biasUpdater(last).build(), "norm")
        .setOutputs("last")
        .build();
  }

  private static ConvolutionLayer.Builder convolution(int in, int out) {
    return new ConvolutionLayer.Builder(3, 3).nIn(in).nOut(out).activation(Activation.IDENTITY);
  }

  private record Case(ComputationGraphConfiguration network, boolean fused) {}

  private static NeuralNetConfiguration.Builder with(IUpdater updater) {
    return new NeuralNetConfiguration.Builder().updater(updater);
  }

  private static Map<String, Case> cases() {
    Adam adam = new Adam(1e-2);
    Adam scheduled =
        Adam.builder()
            .learningRateSchedule(new ExponentialSchedule(ScheduleType.ITERATION, 1e-2, 0.5))
            .beta1(0.8)
            .beta2(0.95)
            .epsilon(1e-3)
            .build();
    Map<String, Case> all = new LinkedHashMap<>();
    all.put("adam", new Case(network(with(adam), adam), true));
    all.put("two adams, one on a schedule", new Case(network(with(adam), scheduled), true));
    all.put(
        "adam and a layer that does not learn", new Case(network(with(adam), new NoOp()), true));
    all.put("sums over the batch", new Case(network(with(adam).miniBatch(false), adam), true));
    for (boolean rate : new boolean[] {false, true}) {
      all.put(
          "weight decay " + (rate ? "times" : "without") + " the rate",
          new Case(
              network(with(adam).weightDecay(0.1, rate).weightDecayBias(0.2, rate), scheduled),
              true));
    }
    all.put("L2", new Case(network(with(adam).l2(0.1), adam), false));
    all.put(
        "two decays",
        new Case(
            network(
                with(adam)
                    .regularization(
                        List.of(new WeightDecay(0.1, true), new WeightDecay(0.2, false))),
                adam),
            true));
    all.put(
        "clipping",
        new Case(
            network(
                with(adam)
                    .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                    .gradientNormalizationThreshold(0.1),
                adam),
            false));
    all.put("adam and another", new Case(network(with(adam), new Sgd(0.1)), false));
    return all;
  }

  @TestFactory
  Stream<DynamicTest> updatesAreThoseOfDeeplearning4j() {
    return cases().entrySet().stream().map(e -> dynamicTest(e.getKey(), () -> check(e.getValue())));
  }

  private static void check(Case c) {
    try (Twins twins = Twins.of(c.network(), TestEngine.best())) {
      FusedUpdater fused = assertInstanceOf(FusedUpdater.class, twins.fast().getUpdater());
      assertEquals(c.fused(), fused.known());
      assertSame(ComputationGraphUpdater.class, twins.stock().getUpdater().getClass());
      for (int iteration = 0; iteration < 4; iteration++) {
        for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
          step(graph, iteration);
        }
        Twins.close(
            "updates",
            twins.stock().getFlattenedGradients(),
            twins.fast().getFlattenedGradients(),
            1e-6);
        INDArray state = twins.stock().updaterState();
        if (state != null) {
          Twins.close("state", state, twins.fast().updaterState(), 1e-6);
        }
      }
    }
  }

  private static void step(ComputationGraph graph, int iteration) {
    INDArray gradients = graph.getFlattenedGradients();
    gradients.assign(Twins.random(iteration, gradients.shape()));
    DefaultGradient all = new DefaultGradient(gradients);
    graph.getUpdater().update(all, iteration, 0, 7, LayerWorkspaceMgr.noWorkspaces());
    graph.params().subi(gradients.reshape(graph.params().shape()));
  }

  @Test
  @Requires(Requires.Machine.FAST_ENGINE)
  void stateIsTheSourcesOwn() {
    ComputationGraph stock = new ComputationGraph(network(with(new Adam(1e-2)), new Adam(1e-2)));
    stock.init();
    stock.getUpdater();
    ComputationGraph fast = Engines.best().accelerate(stock);
    step(fast, 0);
    assertEquals(fast.updaterState(), stock.getUpdater().getUpdaterStateViewArray());
    fast.setLearningRate(1e-3);
    assertInstanceOf(FusedUpdater.class, fast.getUpdater());
    assertEquals(fast.updaterState(), stock.getUpdater().getUpdaterStateViewArray());
    fast.close();
  }
}
