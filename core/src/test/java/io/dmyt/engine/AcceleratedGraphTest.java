package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.internal.Address;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Everything that DL4J does with a graph, on an accelerated one. */
public class AcceleratedGraphTest {

  public static ComputationGraphConfiguration residual() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Adam(1e-3))
        .graphBuilder()
        .addInputs("in")
        .addLayer("conv1", conv(3, 12, 3, 2, 1), "in")
        .addLayer("bn1", norm(12), "conv1")
        .addLayer("relu1", new ActivationLayer(Activation.RELU), "bn1")
        .addLayer(
            "pool",
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(3, 3)
                .stride(2, 2)
                .padding(1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .build(),
            "relu1")
        .addLayer(
            "dw",
            new DepthwiseConvolution2D.Builder(3, 3)
                .padding(1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .depthMultiplier(1)
                .nIn(12)
                .nOut(12)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            "pool")
        .addLayer("pw", conv(12, 20, 1, 1, 0), "dw")
        .addLayer("bn2", norm(20), "pw")
        .addLayer("skip", conv(12, 20, 1, 1, 0), "pool")
        .addLayer("skipbn", norm(20), "skip")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn2", "skipbn")
        .addLayer("relu2", new ActivationLayer(Activation.RELU), "add")
        .addLayer("conv3", conv(20, 20, 3, 1, 1), "relu2")
        .addLayer("bn3", norm(20), "conv3")
        .addVertex("add2", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn3", "relu2")
        .addLayer("relu3", new ActivationLayer(Activation.RELU), "add2")
        .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "relu3")
        .addLayer("out", output(20), "gap")
        .setOutputs("out")
        .build();
  }

  private static OutputLayer output(int in) {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nIn(in)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static ConvolutionLayer conv(int in, int out, int kernel, int stride, int padding) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(ConvolutionMode.Truncate)
        .nIn(in)
        .nOut(out)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static BatchNormalization norm(int size) {
    return new BatchNormalization.Builder().nIn(size).nOut(size).useLogStd(false).build();
  }

  public static INDArray labels(int batch, int classes) {
    INDArray labels = Nd4j.zeros(batch, classes);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return labels;
  }

  private static final INDArray IMAGES = Twins.random(1, 4, 3, 25, 21);
  private static final INDArray LABELS = labels(4, 3);

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void doesWhatTheStockGraphDoes(TestEngine engine) {
    try (Twins twins = Twins.of(residual(), engine)) {
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      twins.sameTraining(IMAGES, LABELS, 20);
      twins.sameOutput(IMAGES);
      DataSet data = new DataSet(IMAGES, LABELS);
      assertEquals(twins.stock().score(data), twins.fast().score(data), engine.tolerance(1e-4));
      // By now all images are of their class: with labels of which some are wrong, the accuracy is
      // neither 0 nor 1.
      DataSet mixed = new DataSet(IMAGES, LABELS.getRows(0, 0, 2, 1));
      double accuracy = twins.stock().evaluate(new SingletonDataSetIterator(mixed)).accuracy();
      assertTrue(accuracy > 0 && accuracy < 1, "accuracy " + accuracy);
      assertEquals(accuracy, twins.fast().evaluate(new SingletonDataSetIterator(mixed)).accuracy());
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsAnyBatchAndSize(TestEngine engine) {
    try (Twins twins = Twins.of(residual(), engine)) {
      for (int batch = 1; batch <= 17; batch += 4) {
        INDArray x = Twins.random(batch, batch, 3, 12 + batch, 30 - batch);
        twins.sameOutput(x);
        twins.sameGradients(x, labels(batch, 3));
      }
    }
  }

  /** One graph for all, there and back: old programs go, and come again. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsEveryBatchFromOneToSeventeen(TestEngine engine) {
    try (Twins twins = Twins.of(Twins.smooth(fresh(engine)), engine)) {
      int[] batches =
          IntStream.concat(IntStream.rangeClosed(1, 17), IntStream.of(3, 17, 1)).toArray();
      for (int batch : batches) {
        INDArray x = Twins.random(batch, batch, 3, 17, 15);
        twins.sameOutput(x);
        twins.sameGradients(x, labels(batch, 3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void goesBackThroughAGraphWithoutParameters(TestEngine engine) {
    ComputationGraphConfiguration pooling =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer(
                "pool",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build(),
                "in")
            .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "pool")
            .addLayer(
                "out",
                new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .build(),
                "gap")
            .setOutputs("out")
            .build();
    try (Twins twins = Twins.of(pooling, engine)) {
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      assertTrue(twins.fast().gradient().gradientForVariable().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void followsParametersHoweverTheyAreSet(TestEngine engine) {
    try (Twins twins = Twins.of(residual(), engine)) {
      twins.sameOutput(IMAGES);
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.getLayer("conv3").getParam("W").addi(0.125);
      }
      twins.sameOutput(IMAGES);
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.params().putScalar(graph.params().length() - 1, 3);
      }
      twins.sameOutput(IMAGES);
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.setParams(graph.params().mul(0.5).addi(0.25));
      }
      twins.sameOutput(IMAGES);
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void savesTheStockModel(TestEngine engine) throws IOException {
    try (Twins twins = Twins.of(residual(), engine)) {
      twins.sameTraining(IMAGES, LABELS, 2);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ModelSerializer.writeModel(twins.fast(), bytes, true);
      ComputationGraph back =
          ModelSerializer.restoreComputationGraph(
              new ByteArrayInputStream(bytes.toByteArray()), true);
      assertEquals(ComputationGraph.class, back.getClass());
      assertEquals(twins.fast().getConfiguration(), back.getConfiguration());
      assertEquals(twins.fast().params(), back.params());
      assertEquals(twins.fast().updaterState(), back.updaterState());
      assertEquals(ComputationGraph.class, twins.fast().clone().getClass());
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void sharesParametersGradientsAndUpdater(TestEngine engine) {
    ComputationGraph stock = fresh(engine);
    stock.fit(new DataSet(IMAGES, LABELS));
    ComputationGraph fast = engine.engine().accelerate(stock);
    assertSame(fast, engine.engine().accelerate(fast));
    fast.fit(new DataSet(IMAGES, LABELS));
    assertEquals(stock.params(), fast.params());
    assertSame(stock.getFlattenedGradients(), fast.getFlattenedGradients());
    assertEquals(
        Address.of(stock.getUpdater().getUpdaterStateViewArray()),
        Address.of(fast.getUpdater().getUpdaterStateViewArray()));
    assertEquals(2, stock.getIterationCount());
    fast.close();
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsOnBehindALayerThatItDoesNotKnow(TestEngine engine) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(1e-3))
            .graphBuilder()
            .addInputs("in")
            .addLayer("conv1", conv(3, 8, 3, 1, 1), "in")
            .addLayer("relu1", new ActivationLayer(Activation.RELU), "conv1")
            .addLayer("lrn", new LocalResponseNormalization.Builder().build(), "relu1")
            .addLayer("conv2", conv(8, 8, 3, 1, 1), "lrn")
            .addLayer("conv3", conv(8, 8, 1, 1, 0), "relu1")
            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "conv3")
            .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "add")
            .addLayer("out", output(8), "gap")
            .setOutputs("out")
            .build();
    try (Twins twins = Twins.of(configuration, engine)) {
      GraphProgram program = twins.program();
      assertEquals("is a LocalResponseNormalization", program.fallbackReason("lrn"));
      assertEquals(0, program.level("conv3"));
      assertEquals(1, program.level("conv2"));
      assertEquals(Set.of("lrn", "conv3"), program.regions().get(1).inputs());
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      twins.sameTraining(IMAGES, LABELS, 3);
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void showsEveryActivation(TestEngine engine) {
    try (Twins twins = Twins.of(residual(), engine)) {
      Map<String, INDArray> expected = twins.stock().feedForward(IMAGES, true);
      Map<String, INDArray> found = twins.fast().feedForward(IMAGES, true);
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach((name, e) -> Twins.close(name, e, found.get(name), engine.tolerance(1e-4)));
      INDArray[] some =
          twins.fast().output(List.of("relu2", "gap"), false, new INDArray[] {IMAGES}, null);
      INDArray[] same =
          twins.stock().output(List.of("relu2", "gap"), false, new INDArray[] {IMAGES}, null);
      Twins.close("relu2", same[0], some[0], engine.tolerance(1e-4));
      Twins.close("gap", same[1], some[1], engine.tolerance(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void tellsListenersWhatTheStockGraphTells(TestEngine engine) {
    try (Twins twins = Twins.of(residual(), engine)) {
      IdentityHashMap<ComputationGraph, Map<String, INDArray>> seen = new IdentityHashMap<>();
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.setListeners(
            new BaseTrainingListener() {
              @Override
              public void onForwardPass(Model model, Map<String, INDArray> activations) {
                Map<String, INDArray> copies = new HashMap<>();
                activations.forEach((name, a) -> copies.put(name, a.dup()));
                seen.put(graph, copies);
              }
            });
      }
      twins.sameGradients(IMAGES, LABELS);
      Map<String, INDArray> found = seen.get(twins.fast());
      assertEquals(seen.get(twins.stock()).keySet(), found.keySet());
      seen.get(twins.stock())
          .forEach(
              (name, expected) ->
                  Twins.close(name, expected, found.get(name), engine.tolerance(1e-4)));
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void takesGradientsFromOutside(TestEngine engine) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .updater(new Adam(1e-3))
            .graphBuilder()
            .addInputs("in")
            .addLayer("conv", conv(3, 8, 3, 2, 1), "in")
            .addLayer("bn", norm(8), "conv")
            .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn")
            .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "tanh")
            .setOutputs("gap")
            .build();
    try (Twins twins = Twins.of(configuration, engine)) {
      INDArray epsilon = Twins.random(2, 4, 8).castTo(engine.type());
      IdentityHashMap<ComputationGraph, Gradient> found = new IdentityHashMap<>();
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.initGradientsView();
        graph.feedForward(new INDArray[] {IMAGES}, true, false);
        found.put(graph, graph.backpropGradient(epsilon.dup()));
      }
      Twins.close(
          "gradients",
          found.get(twins.stock()).gradient(),
          found.get(twins.fast()).gradient(),
          engine.tolerance(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void throwsAfterRelease(TestEngine engine) {
    ComputationGraph fast = engine.engine().accelerate(fresh(engine));
    fast.output(IMAGES);
    Engines.release(fast);
    Engines.release(fast);
    assertThrows(IllegalStateException.class, () -> fast.output(IMAGES));
    assertThrows(IllegalStateException.class, () -> fast.fit(new DataSet(IMAGES, LABELS)));
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void refusesWhatItCannotAccelerate(TestEngine engine) {
    ComputationGraphConfiguration halves = residual();
    halves.setDataType(DataType.FLOAT16);
    ComputationGraph graph = new ComputationGraph(halves);
    assertThrows(
        IllegalArgumentException.class, () -> engine.engine().accelerate(graph), "not initialised");
    graph.init();
    assertThrows(IllegalArgumentException.class, () -> engine.engine().accelerate(graph));
  }

  @Test
  void refusesANegativeNumberOfThreads() {
    assertThrows(IllegalArgumentException.class, () -> ExecutionOptions.DEFAULT.withThreads(-1));
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void usesAsManyThreadsAsItIsTold(TestEngine engine) {
    ComputationGraph stock = fresh(engine);
    INDArray expected = stock.outputSingle(IMAGES);
    Engine single = Engines.named(engine.engine().name(), ExecutionOptions.DEFAULT.withThreads(1));
    ComputationGraph fast = single.accelerate(stock);
    Twins.close("output", expected, fast.outputSingle(IMAGES), engine.tolerance(1e-4));
    fast.close();
  }

  /** A stock graph of its own. */
  private static ComputationGraph fresh(TestEngine engine) {
    ComputationGraph graph = new ComputationGraph(engine.typed(residual()));
    graph.init();
    return graph;
  }
}
