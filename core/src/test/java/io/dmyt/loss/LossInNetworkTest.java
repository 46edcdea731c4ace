package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** The losses in DL4J's networks: its own gradient check, its score, its training. */
class LossInNetworkTest {
  private static final int BATCH = 7;
  private static final int FEATURES = 4;

  /** A loss, how many outputs it wants, and of how many classes. */
  record Case(ClassLoss loss, int outputs, int classes) {
    @Override
    public String toString() {
      return loss.name() + " " + classes;
    }
  }

  /** The gradient check wants it so. */
  @BeforeEach
  void inDouble() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterEach
  void inFloat() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(new DummyTripletLoss(Dummies.of(List.of("fake", "real"), 6), 1, 3), 6, 2),
        new Case(new DummyTripletLoss(Dummies.of(List.of("a", "b", "real"), 9)), 9, 3),
        new Case(new TripletLoss(1, 2, 0.5), 5, 3),
        new Case(new CrossEntropyLoss(2, 1, 1), 3, 3));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsInAGraphWithALossLayer(Case c) {
    ComputationGraph net = new ComputationGraph(graph(c, new NoOp(), DataType.DOUBLE));
    net.init();
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.GraphConfig()
                .net(net)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-8)
                .inputs(new INDArray[] {features()})
                .labels(new INDArray[] {labels(c)})
                .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsInANetworkWithAnOutputLayer(Case c) {
    MultiLayerNetwork net = new MultiLayerNetwork(network(c));
    net.init();
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(net)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-8)
                .input(features())
                .labels(labels(c))
                .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)));
  }

  /** After DL4J's division by the batch's size, a step of plain descent is lr times the slope. */
  @ParameterizedTest
  @MethodSource("cases")
  void aStepFollowsTheMeanLossAndTheScoreIsTheMean(Case c) {
    ComputationGraph net = new ComputationGraph(graph(c, new Sgd(1), DataType.DOUBLE));
    net.init();
    DataSet batch = new DataSet(features(), labels(c));
    INDArray before = net.params().dup();
    double mean =
        c.loss.computeScore(
            labels(c),
            net.outputSingle(features()),
            Activation.IDENTITY.getActivationFunction(),
            null,
            true);
    Golden.assertClose(mean, net.score(batch), 1e-12, 0, "score");
    int parameter = FEATURES * c.outputs - 1;
    double slope = 0;
    for (int sign : new int[] {1, -1}) {
      net.setParams(before.dup());
      net.params().putScalar(parameter, before.getDouble(parameter) + sign * 1e-6);
      slope += sign * net.score(batch) / 2e-6;
    }
    net.setParams(before.dup());
    net.fit(batch);
    Golden.assertClose(mean, net.score(), 1e-12, 0, "score of the step");
    assertEquals(slope, before.getDouble(parameter) - net.params().getDouble(parameter), 1e-7);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingLowersIt(Case c) {
    ComputationGraph net = new ComputationGraph(graph(c, new Adam(0.02), DataType.FLOAT));
    net.init();
    DataSet batch = new DataSet(features().castTo(DataType.FLOAT), labels(c));
    double before = net.score(batch);
    for (int i = 0; i < 60; i++) {
      net.fit(batch);
    }
    double after = net.score(batch);
    assertTrue(after < 0.9 * before, before + " became " + after);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void configurationsReturnFromJsonAndYaml(Case c) {
    ComputationGraphConfiguration graph = graph(c, new NoOp(), DataType.DOUBLE);
    assertEquals(graph, ComputationGraphConfiguration.fromJson(graph.toJson()));
    assertEquals(graph, ComputationGraphConfiguration.fromYaml(graph.toYaml()));
    MultiLayerConfiguration network = network(c);
    MultiLayerConfiguration copy = MultiLayerConfiguration.fromJson(network.toJson());
    assertEquals(network, copy);
    OutputLayer layer = (OutputLayer) copy.getConf(0).getLayer();
    assertEquals(c.loss, layer.getLossFn());
    Case other = new Case(new CrossEntropyLoss(7, 8, 9), c.outputs, c.classes);
    assertNotEquals(graph, graph(other, new NoOp(), DataType.DOUBLE));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aConfigurationThatIsReadScoresAsTheOneThatWasWritten(Case c) {
    ComputationGraph written = new ComputationGraph(graph(c, new NoOp(), DataType.DOUBLE));
    written.init();
    ComputationGraph read =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(written.getConfiguration().toJson()));
    read.init(written.params(), true);
    DataSet batch = new DataSet(features(), labels(c));
    assertEquals(written.score(batch), read.score(batch), 1e-12);
    assertTrue(written.score(batch) > 0);
  }

  /** The README's lines, held to the formula: the mean of max(0, d(e, own) − d(e, other) + 1). */
  @Test
  void threeLinesInSomebodysGraph() {
    var builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer("embedding", new DenseLayer.Builder().nIn(FEATURES).nOut(64).build(), "in");

    Dummies dummies = Dummies.of(List.of("fake", "real"), 64);
    var loss = new LossLayer.Builder(new DummyTripletLoss(dummies)).activation(Activation.IDENTITY);
    builder.addLayer("loss", loss.build(), "embedding").setOutputs("loss");

    ComputationGraph net = new ComputationGraph(builder.build());
    net.init();
    INDArray images = features().castTo(DataType.FLOAT);
    int[] labels = Batches.labels(3, BATCH, 2);
    double[][] embeddings = net.outputSingle(images).toDoubleMatrix();
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      double margin = distance(embeddings[i], labels[i]) - distance(embeddings[i], 1 - labels[i]);
      expected += Math.max(0, margin + 1) / BATCH;
    }
    net.fit(new DataSet(images, Batches.oneHot(labels, 2)));
    assertEquals(expected, net.score(), 1e-4 * expected);
    assertTrue(expected > 0);
  }

  /** To the dummy of real (1), which is one in the first half, or of fake (0), in the second. */
  private static double distance(double[] embedding, int label) {
    double sum = 0;
    for (int k = 0; k < embedding.length; k++) {
      int dummy = (k < embedding.length / 2) == (label == 1) ? 1 : 0;
      sum += Math.pow(embedding[k] - dummy + 1e-6, 2);
    }
    return Math.sqrt(sum);
  }

  private static ComputationGraphConfiguration graph(Case c, IUpdater updater, DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .dataType(type)
        .updater(updater)
        .graphBuilder()
        .addInputs("in")
        .addLayer(
            "embedding",
            new DenseLayer.Builder()
                .nIn(FEATURES)
                .nOut(c.outputs)
                .activation(Activation.TANH)
                .build(),
            "in")
        .addLayer(
            "loss",
            new LossLayer.Builder(c.loss).activation(Activation.IDENTITY).build(),
            "embedding")
        .setOutputs("loss")
        .build();
  }

  private static MultiLayerConfiguration network(Case c) {
    return new NeuralNetConfiguration.Builder()
        .seed(6)
        .dataType(DataType.DOUBLE)
        .updater(new NoOp())
        .list()
        .layer(
            new OutputLayer.Builder(c.loss)
                .nIn(FEATURES)
                .nOut(c.outputs)
                .activation(Activation.TANH)
                .build())
        .build();
  }

  private static INDArray features() {
    return Batches.values(7, BATCH, FEATURES);
  }

  private static INDArray labels(Case c) {
    return Batches.oneHot(Batches.labels(3, BATCH, c.classes), c.classes);
  }
}
