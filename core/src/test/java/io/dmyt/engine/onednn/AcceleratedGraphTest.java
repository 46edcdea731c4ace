package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class AcceleratedGraphTest {

  static ComputationGraphConfiguration residual() {
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

  static INDArray labels(int batch, int classes) {
    INDArray labels = Nd4j.zeros(batch, classes);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return labels;
  }

  private static final INDArray IMAGES = Twins.random(1, 4, 3, 25, 21);
  private static final INDArray LABELS = labels(4, 3);

  @Test
  void doesWhatTheStockGraphDoes() {
    try (Twins twins = Twins.of(residual())) {
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      twins.sameTraining(IMAGES, LABELS, 20);
      twins.sameOutput(IMAGES);
      DataSet data = new DataSet(IMAGES, LABELS);
      assertEquals(twins.stock().score(data), twins.fast().score(data), 1e-4);
      assertEquals(
          twins.stock().evaluate(new SingletonDataSetIterator(data)).accuracy(),
          twins.fast().evaluate(new SingletonDataSetIterator(data)).accuracy());
    }
  }

  @Test
  void runsAnyBatchAndSize() {
    try (Twins twins = Twins.of(residual())) {
      for (int batch = 1; batch <= 17; batch += 4) {
        INDArray x = Twins.random(batch, batch, 3, 12 + batch, 30 - batch);
        twins.sameOutput(x);
        twins.sameGradients(x, labels(batch, 3));
      }
    }
  }

  /** One graph for all, there and back: old programs go, and come again. */
  @Test
  void runsEveryBatchFromOneToSeventeen() {
    try (Twins twins = Twins.of(Twins.smooth(new Fresh().graph()))) {
      int[] batches =
          IntStream.concat(IntStream.rangeClosed(1, 17), IntStream.of(3, 17, 1)).toArray();
      for (int batch : batches) {
        INDArray x = Twins.random(batch, batch, 3, 17, 15);
        twins.sameOutput(x);
        twins.sameGradients(x, labels(batch, 3));
      }
    }
  }

  @Test
  void goesBackThroughAGraphWithoutParameters() {
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
    try (Twins twins = Twins.of(pooling)) {
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      assertTrue(twins.fast().gradient().gradientForVariable().isEmpty());
    }
  }

  @Test
  void runsOnTheFastPath() {
    try (Twins twins = Twins.of(residual())) {
      for (boolean training : new boolean[] {false, true}) {
        for (Emitter.Kernel kernel : twins.kernels(training, IMAGES)) {
          assertFalse(kernel.implementation().startsWith("ref"), kernel::toString);
        }
      }
      twins.fast().output(IMAGES);
      twins.fast().fit(new DataSet(IMAGES, LABELS));
      Engine engine = ((AcceleratedGraph) twins.fast()).engine();
      assertEquals("in conv1", engine.fusion("bn1", false));
      assertEquals("in conv1", engine.fusion("relu1", false));
      assertEquals("in bn1", engine.fusion("relu1", true));
      assertEquals("in conv3", engine.fusion("add2", false));
      assertEquals("", engine.fusion("add2", true));
    }
  }

  @Test
  void describesExactlyWhatRunsWhere() {
    try (Twins twins = Twins.of(residual())) {
      assertTrue(
          OneDnn.placements(twins.stock()).stream()
              .allMatch(p -> p.equals(new Placement(p.vertex(), false, "", null, null))));
      Placement unused = new Placement("bn1", true, "batch norm", null, null);
      assertEquals(unused, OneDnn.placements(twins.fast()).get(1));
      twins.fast().output(IMAGES);
      twins.fast().fit(new DataSet(IMAGES, LABELS));
      assertEquals(
          """
          vertex                   runs in as                               in inference             in training
          conv1                    oneDNN  convolution
          bn1                      oneDNN  batch norm                       in conv1
          relu1                    oneDNN  relu                             in conv1                 in bn1
          pool                     oneDNN  pooling
          dw                       oneDNN  convolution in 12 groups
          skip                     oneDNN  convolution
          pw                       oneDNN  convolution
          skipbn                   oneDNN  batch norm                       in skip
          bn2                      oneDNN  batch norm                       in pw
          add                      oneDNN  sum                              in pw
          relu2                    oneDNN  relu                             in pw
          conv3                    oneDNN  convolution
          bn3                      oneDNN  batch norm                       in conv3
          add2                     oneDNN  sum                              in conv3
          relu3                    oneDNN  relu                             in conv3
          gap                      oneDNN  global pooling
          out                      DL4J    is a OutputLayer
          images are stored in %s
          """
              .formatted(Plan.of(Precision.F32).storage()),
          OneDnn.describe(twins.fast()).replace(System.lineSeparator(), "\n"));
    }
  }

  @Test
  void followsParametersHoweverTheyAreSet() {
    try (Twins twins = Twins.of(residual())) {
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

  @Test
  void savesTheStockModel() throws IOException {
    try (Twins twins = Twins.of(residual())) {
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

  @Test
  void sharesParametersGradientsAndUpdater() {
    ComputationGraph stock = new ComputationGraph(residual());
    stock.init();
    stock.fit(new DataSet(IMAGES, LABELS));
    ComputationGraph fast = OneDnn.accelerate(stock);
    assertSame(fast, OneDnn.accelerate(fast));
    fast.fit(new DataSet(IMAGES, LABELS));
    assertEquals(stock.params(), fast.params());
    assertSame(stock.getFlattenedGradients(), fast.getFlattenedGradients());
    assertEquals(
        Address.of(stock.getUpdater().getUpdaterStateViewArray()),
        Address.of(fast.getUpdater().getUpdaterStateViewArray()));
    assertEquals(2, stock.getIterationCount());
    fast.close();
  }

  @Test
  void runsStrangersAsDl4jDoes() {
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
    try (Twins twins = Twins.of(configuration)) {
      Region region = ((AcceleratedGraph) twins.fast()).engine().region();
      assertEquals("is a LocalResponseNormalization", region.stranger("lrn"));
      assertEquals("reads lrn", region.stranger("conv2"));
      assertTrue(region.runs("conv3"));
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      twins.sameTraining(IMAGES, LABELS, 3);
    }
  }

  @Test
  void showsEveryActivation() {
    try (Twins twins = Twins.of(residual())) {
      Map<String, INDArray> expected = twins.stock().feedForward(IMAGES, true);
      Map<String, INDArray> found = twins.fast().feedForward(IMAGES, true);
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach((name, e) -> Twins.close(name, e, found.get(name), 1e-4));
      INDArray[] some =
          twins.fast().output(List.of("relu2", "gap"), false, new INDArray[] {IMAGES}, null);
      INDArray[] same =
          twins.stock().output(List.of("relu2", "gap"), false, new INDArray[] {IMAGES}, null);
      Twins.close("relu2", same[0], some[0], 1e-4);
      Twins.close("gap", same[1], some[1], 1e-4);
    }
  }

  @Test
  void tellsListenersWhatTheStockGraphTells() {
    try (Twins twins = Twins.of(residual())) {
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
          .forEach((name, expected) -> Twins.close(name, expected, found.get(name), 1e-4));
    }
  }

  @Test
  void takesGradientsFromOutside() {
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
    try (Twins twins = Twins.of(configuration)) {
      INDArray epsilon = Twins.random(2, 4, 8);
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
          1e-4);
    }
  }

  @Test
  void throwsAfterRelease() {
    ComputationGraph fast = OneDnn.accelerate(new Fresh().graph());
    fast.output(IMAGES);
    OneDnn.release(fast);
    OneDnn.release(fast);
    assertThrows(IllegalStateException.class, () -> fast.output(IMAGES));
    assertThrows(IllegalStateException.class, () -> fast.fit(new DataSet(IMAGES, LABELS)));
  }

  @Test
  void refusesWhatItCannotAccelerate() {
    ComputationGraphConfiguration doubles = residual();
    doubles.setDataType(DataType.DOUBLE);
    ComputationGraph graph = new ComputationGraph(doubles);
    assertThrows(IllegalArgumentException.class, () -> OneDnn.accelerate(graph));
    graph.init();
    assertThrows(IllegalArgumentException.class, () -> OneDnn.accelerate(graph));
  }

  @Test
  void usesAsManyThreadsAsItIsTold() {
    assertThrows(IllegalArgumentException.class, () -> Options.DEFAULT.withThreads(-1));
    ComputationGraph stock = new Fresh().graph();
    INDArray expected = stock.outputSingle(IMAGES);
    ComputationGraph fast = OneDnn.accelerate(stock, Options.DEFAULT.withThreads(1));
    Twins.close("output", expected, fast.outputSingle(IMAGES), 1e-4);
    fast.close();
  }

  /** A stock graph of its own. */
  private record Fresh(ComputationGraph graph) {
    Fresh() {
      this(new ComputationGraph(residual()));
      graph.init();
    }
  }
}
