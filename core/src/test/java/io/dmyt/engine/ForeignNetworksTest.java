package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.ResNet50;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Graphs that nobody here made, or only partly known: unchanged in result. */
class ForeignNetworksTest {

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  @Tag("slow")
  void runsTheZoosResNet50(TestEngine engine) {
    ComputationGraph graph =
        ResNet50.builder()
            .seed(5)
            // Its own weights are so large that inference in single precision ends in NaN.
            .weightInit(new WeightInitXavier())
            .inputShape(new int[] {3, 96, 96})
            .numClasses(7)
            .build()
            .init();
    try (Twins twins = Twins.of(Twins.smooth(graph), engine)) {
      check(twins, Twins.random(1, 2, 3, 96, 96));
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsTheZoosDarknet19(TestEngine engine) {
    ComputationGraph graph =
        Darknet19.builder().seed(5).inputShape(new int[] {3, 64, 64}).numClasses(7).build().init();
    try (Twins twins = Twins.of(Twins.smooth(graph), engine)) {
      check(twins, Twins.random(1, 2, 3, 64, 64));
    }
  }

  private static void check(Twins twins, INDArray images) {
    List<Placement> placements = Engines.placements(twins.fast());
    long ours = placements.stream().filter(Placement::accelerated).count();
    assertTrue(
        ours >= placements.size() - 5,
        () -> "only " + ours + ":\n" + Engines.describe(twins.fast()));
    INDArray labels = AcceleratedGraphTest.labels(2, 7);
    twins.asGoodAsStock(images, labels);
    for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
      graph.fit(new DataSet(images, labels));
    }
    assertEquals(twins.stock().score(), twins.fast().score(), 1e-3 * twins.stock().score());
  }

  /** Unknown layers at the start, in the middle of a branch, and before a join. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void leavesWhatItDoesNotKnowToDl4jWhereverItStands(TestEngine engine) {
    // DL4J's normalisation of vectors fails over double.
    GraphVertex unit =
        engine.type() == DataType.FLOAT ? new L2NormalizeVertex() : new ReshapeVertex(4, 8, 12, 10);
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(11)
            .updater(new Sgd(0.05))
            .weightInit(WeightInit.XAVIER)
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("images", "more")
            .addLayer("stem", convolution(8, 3), "images")
            .addLayer("norm", new BatchNormalization(), "stem")
            .addLayer("swish", new ActivationLayer(Activation.SWISH), "norm")
            .addLayer("up", new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(8).build(), "swish")
            .addLayer(
                "down",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build(),
                "up")
            .addVertex("unit", unit, "swish")
            .addLayer("prelu", new PReLULayer.Builder().inputShape(2, 12, 10).build(), "more")
            .addLayer("behind", convolution(8, 1), "prelu")
            .addLayer("other", convolution(8, 1), "more")
            .addLayer(
                "wide",
                new Deconvolution2D.Builder(2, 2)
                    .stride(1, 1)
                    .nOut(8)
                    .activation(Activation.TANH)
                    .build(),
                "other")
            .addVertex(
                "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "down", "behind", "wide")
            .addVertex("largest", new ElementWiseVertex(ElementWiseVertex.Op.Max), "sum", "swish")
            .addVertex("all", new MergeVertex(), "largest", "unit", "swish")
            .addLayer("lrn", new LocalResponseNormalization.Builder().build(), "all")
            .addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "lrn")
            .addLayer("dense", new DenseLayer.Builder().nOut(9).build(), "pool")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "dense")
            .setOutputs("out")
            .setInputTypes(InputType.convolutional(12, 10, 3), InputType.convolutional(12, 10, 2))
            .build();
    INDArray[] features = {Twins.random(1, 4, 3, 12, 10), Twins.random(2, 4, 2, 12, 10)};
    INDArray[] labels = {AcceleratedGraphTest.labels(4, 3)};
    try (Twins twins = Twins.of(configuration, engine)) {
      GraphProgram program = twins.program();
      for (String first : List.of("stem", "norm", "swish", "other", "behind")) {
        assertEquals(0, program.level(first), first);
        assertTrue(program.accelerated(first), first);
      }
      for (String second : List.of("down", "sum")) {
        assertEquals(1, program.level(second), second);
        assertTrue(program.accelerated(second), second);
      }
      assertEquals("is a Deconvolution2D", program.fallbackReason("up"));
      assertEquals("is a " + unit.getClass().getSimpleName(), program.fallbackReason("unit"));
      assertEquals("is a PReLULayer", program.fallbackReason("prelu"));
      assertEquals("is a Deconvolution2D", program.fallbackReason("wide"));
      for (boolean train : new boolean[] {false, true}) {
        Twins.close(
            "output",
            twins.stock().output(train, features)[0],
            twins.fast().output(train, features)[0],
            engine.tolerance(1e-4));
      }
      for (int step = 0; step < 3; step++) {
        for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
          graph.fit(features, labels);
        }
        Twins.close(
            "gradients",
            twins.stock().getFlattenedGradients(),
            twins.fast().getFlattenedGradients(),
            engine.tolerance(1e-4));
      }
      Twins.close(
          "parameters", twins.stock().params(), twins.fast().params(), engine.tolerance(1e-4));
    }
  }

  private static ConvolutionLayer convolution(int channels, int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .activation(Activation.IDENTITY)
        .build();
  }

  /** Transfer learning reads the accelerated graph, and its result can be accelerated in turn. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void givesItsWeightsToTransferLearning(TestEngine engine) {
    assumeTrue(engine.type() == DataType.FLOAT, "DL4J makes a graph of floats of any");
    INDArray images = Twins.random(1, 4, 3, 25, 21);
    try (Twins twins = Twins.of(AcceleratedGraphTest.residual(), engine)) {
      twins.sameTraining(images, AcceleratedGraphTest.labels(4, 3), 2);
      // Both take their weights from the same values.
      twins.stock().setParams(twins.fast().params());
      ComputationGraph fromStock = transferred(twins.stock());
      ComputationGraph fromFast = transferred(twins.fast());
      assertEquals(ComputationGraph.class, fromFast.getClass());
      for (Map.Entry<String, INDArray> e : twins.fast().paramTable().entrySet()) {
        if (!e.getKey().startsWith("out")) {
          assertEquals(e.getValue(), fromFast.paramTable().get(e.getKey()), e.getKey());
        }
      }
      fromFast.setParams(fromStock.params());
      INDArray frozen = fromStock.getLayer("conv1").getParam("W").dup();
      INDArray learning = fromStock.getLayer("conv3").getParam("W").dup();
      try (Twins children = new Twins(fromStock, engine.engine().accelerate(fromFast), engine)) {
        children.sameOutput(images);
        children.sameTraining(images, AcceleratedGraphTest.labels(4, 5), 5);
        assertEquals(frozen, children.fast().getLayer("conv1").getParam("W"));
        assertNotEquals(learning, children.fast().getLayer("conv3").getParam("W"));
      }
    }
  }

  private static ComputationGraph transferred(ComputationGraph graph) {
    return new TransferLearning.GraphBuilder(graph)
        .fineTuneConfiguration(
            new FineTuneConfiguration.Builder().seed(3).updater(new Adam(1e-3)).build())
        .setFeatureExtractor("relu2")
        .nOutReplace("out", 5, WeightInit.XAVIER)
        .build();
  }
}
