package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** DL4J's ways to train, on an accelerated graph. */
class TrainingTest {
  private static final INDArray IMAGES = Twins.random(1, 4, 3, 25, 21);
  private static final INDArray LABELS = AcceleratedGraphTest.labels(4, 3);

  private static Twins smooth(TestEngine engine) {
    ComputationGraph graph = new ComputationGraph(AcceleratedGraphTest.residual());
    graph.init();
    return Twins.of(Twins.smooth(graph), engine);
  }

  private static DataSetIterator batches() {
    List<DataSet> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(new DataSet(Twins.random(10 + i, 4, 3, 14, 14), AcceleratedGraphTest.labels(4, 3)));
    }
    return new ListDataSetIterator<>(all, 1);
  }

  /** Without ReLU, whose kinks turn rounding into other gradients, everything keeps to 1e-4. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void twentyStepsAgree(TestEngine engine) {
    try (Twins twins = smooth(engine)) {
      for (int i = 0; i < 20; i++) {
        INDArray images = Twins.random(100 + i, 6, 3, 25, 21);
        for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
          graph.fit(new DataSet(images, AcceleratedGraphTest.labels(6, 3)));
        }
        assertEquals(
            twins.stock().score(),
            twins.fast().score(),
            engine.tolerance(1e-4) * twins.stock().score());
      }
      twins
          .stock()
          .paramTable()
          .forEach(
              (name, values) ->
                  Twins.close(
                      name, values, twins.fast().paramTable().get(name), engine.tolerance(1e-4)));
      Twins.close(
          "updater's state",
          twins.stock().updaterState(),
          twins.fast().updaterState(),
          engine.tolerance(1e-4));
    }
  }

  /**
   * The gradient of every parameter is the slope of the loss: in double precision, where the loss
   * can be differenced, and the engine's own loss along a few directions.
   */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void gradientsAreTheSlopesOfTheLoss(TestEngine engine) {
    try (Twins twins = smooth(engine)) {
      ComputationGraph fast = twins.fast();
      fast.setInputs(IMAGES);
      fast.setLabels(LABELS);
      fast.computeGradientAndScore();
      ComputationGraphConfiguration configuration = twins.stock().getConfiguration().clone();
      configuration.setDataType(DataType.DOUBLE);
      ComputationGraph exact = new ComputationGraph(configuration);
      INDArray start = fast.params().castTo(DataType.DOUBLE);
      exact.init(start.dup(), false);
      INDArray images = IMAGES.castTo(DataType.DOUBLE);
      INDArray labels = LABELS.castTo(DataType.DOUBLE);
      fast.paramTable()
          .forEach(
              (name, values) -> {
                if (name.endsWith("_mean") || name.endsWith("_var")) {
                  return;
                }
                INDArray gradient =
                    fast.gradient()
                        .getGradientFor(name)
                        .castTo(DataType.DOUBLE)
                        .div(IMAGES.size(0));
                INDArray unit = gradient.div(gradient.norm2Number());
                for (INDArray direction :
                    List.of(
                        unit,
                        Twins.random(name.hashCode(), values.shape())
                            .castTo(DataType.DOUBLE)
                            .divi(Math.sqrt(values.length())))) {
                  double expected = slope(exact, name, direction, images, labels);
                  double found = gradient.mul(direction).sumNumber().doubleValue();
                  double size = gradient.norm2Number().doubleValue();
                  assertTrue(
                      Math.abs(expected - found) <= 1e-3 * size,
                      () -> name + ": the loss's slope is " + expected + ", not " + found);
                }
              });
      exact.close();
    }
  }

  private static double slope(
      ComputationGraph graph, String name, INDArray direction, INDArray images, INDArray labels) {
    double step = 1e-4;
    INDArray values = graph.getParam(name);
    INDArray before = values.dup();
    double[] scores = new double[2];
    for (int i = 0; i < 2; i++) {
      values.assign(before.add(direction.mul(i == 0 ? -step : step)));
      graph.setInputs(images);
      graph.setLabels(labels);
      graph.computeGradientAndScore();
      scores[i] = graph.score();
    }
    values.assign(before);
    return (scores[1] - scores[0]) / (2 * step);
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void stopsEarlyWhereTheStockGraphDoes(TestEngine engine) {
    try (Twins twins = smooth(engine)) {
      EarlyStoppingResult<ComputationGraph> expected = stopEarly(twins.stock());
      EarlyStoppingResult<ComputationGraph> found = stopEarly(twins.fast());
      assertEquals(expected.getBestModelEpoch(), found.getBestModelEpoch());
      assertEquals(expected.getTotalEpochs(), found.getTotalEpochs());
      assertEquals(expected.getScoreVsEpoch().keySet(), found.getScoreVsEpoch().keySet());
      expected
          .getScoreVsEpoch()
          .forEach((epoch, score) -> assertEquals(score, found.getScoreVsEpoch().get(epoch), 1e-3));
      assertEquals(ComputationGraph.class, found.getBestModel().getClass());
      Twins.close(
          "best model",
          expected.getBestModel().outputSingle(IMAGES),
          found.getBestModel().outputSingle(IMAGES),
          1e-3);
    }
  }

  private static EarlyStoppingResult<ComputationGraph> stopEarly(ComputationGraph graph) {
    EarlyStoppingConfiguration<ComputationGraph> configuration =
        new EarlyStoppingConfiguration.Builder<ComputationGraph>()
            .modelSaver(new InMemoryModelSaver<>())
            .scoreCalculator(new DataSetLossCalculator(batches(), true))
            .epochTerminationConditions(new MaxEpochsTerminationCondition(4))
            .build();
    return new EarlyStoppingGraphTrainer(configuration, graph, batches()).fit();
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void listenersSeeWhatTheySeeOnTheStockGraph(TestEngine engine) {
    try (Twins twins = smooth(engine)) {
      List<double[]> scores = new ArrayList<>();
      List<Evaluation> evaluations = new ArrayList<>();
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        CollectScoresIterationListener collected = new CollectScoresIterationListener(1);
        EvaluativeListener evaluated =
            new EvaluativeListener(batches(), 1, InvocationType.EPOCH_END);
        graph.setListeners(collected, evaluated);
        graph.fit(batches(), 2);
        scores.add(collected.getScoreVsIter().getEffectiveScores());
        evaluations.add((Evaluation) evaluated.getEvaluations()[0]);
      }
      assertArrayEquals(scores.get(0), scores.get(1), 1e-4);
      assertEquals(6, scores.get(1).length);
      assertEquals(evaluations.get(0).getConfusion(), evaluations.get(1).getConfusion());
      assertEquals(2, twins.fast().getEpochCount());
    }
  }
}
