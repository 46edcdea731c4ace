package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Frozen layers run on engines as DL4J runs them: as in inference, and without learning. */
class FrozenLayersTest {
  private static final INDArray IMAGES = Twins.random(1, 4, 3, 12, 10);
  private static final INDArray LABELS = AcceleratedGraphTest.labels(4, 3);

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(3, 3).nOut(8).activation(Activation.SWISH).build();
  }

  private static BatchNormalization norm() {
    return new BatchNormalization.Builder().useLogStd(false).build();
  }

  private static GraphBuilder graph() {
    return new NeuralNetConfiguration.Builder()
        .seed(11)
        .updater(new Adam(1e-3))
        .weightInit(WeightInit.XAVIER)
        .convolutionMode(ConvolutionMode.Same)
        .graphBuilder()
        .addInputs("in");
  }

  private static ComputationGraphConfiguration finished(GraphBuilder graph, String last) {
    return graph
        .addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last)
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build(),
            "pool")
        .setOutputs("out")
        .setInputTypes(InputType.convolutional(12, 10, 3))
        .build();
  }

  /** Outputs, all gradients with their names, and what training makes of the parameters. */
  private static void sameAsStock(Twins twins, String... frozen) {
    List<INDArray> before =
        List.of(frozen).stream().map(name -> params(twins.fast(), name).dup()).toList();
    INDArray all = twins.fast().params().dup();
    twins.sameOutput(IMAGES);
    twins.sameGradients(IMAGES, LABELS);
    for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
      graph.fit(
          new MultiDataSet(
              IMAGES.castTo(twins.engine().type()), LABELS.castTo(twins.engine().type())));
    }
    assertEquals(
        twins.stock().gradient().gradientForVariable().keySet(),
        twins.fast().gradient().gradientForVariable().keySet());
    twins.sameTraining(IMAGES, LABELS, 4);
    twins.sameOutput(IMAGES);
    for (int i = 0; i < frozen.length; i++) {
      assertEquals(before.get(i), params(twins.fast(), frozen[i]), frozen[i]);
    }
    assertNotEquals(all, twins.fast().params());
  }

  private static INDArray params(ComputationGraph graph, String vertex) {
    return graph.getVertex(vertex).params();
  }

  /** A feature extractor with batch norm and a join, all in one region. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsAFeatureExtractorAsInInference(TestEngine engine) {
    ComputationGraph graph = new ComputationGraph(AcceleratedGraphTest.residual());
    graph.init();
    ComputationGraph tuned =
        new TransferLearning.GraphBuilder(graph)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().seed(3).updater(new Adam(1e-3)).build())
            .setFeatureExtractor("relu2")
            .build();
    try (Twins twins = Twins.of(tuned, engine)) {
      List<Region> regions = twins.program().regions();
      assertEquals(2, regions.size());
      assertTrue(regions.get(0).frozen());
      assertTrue(regions.get(0).vertices().containsAll(Set.of("conv1", "bn2", "add", "relu2")));
      assertEquals(Set.of("relu2"), regions.get(0).ends());
      assertEquals(Set.of("conv3", "bn3", "add2", "relu3", "gap"), regions.get(1).vertices());
      sameAsStock(twins, "conv1", "bn1", "bn2");
    }
  }

  /** What is before a frozen layer learns by another way alone. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void givesNoGradientBackThroughAFrozenBranch(TestEngine engine) {
    GraphBuilder graph =
        graph()
            .addLayer("first", convolution(), "in")
            .addLayer("frozen", new FrozenLayer(convolution()), "first")
            .addLayer("norm", new FrozenLayer(norm()), "frozen")
            .addLayer("beside", new FrozenLayer(convolution()), "in")
            .addLayer("learning", convolution(), "first")
            .addVertex(
                "sum",
                new ElementWiseVertex(ElementWiseVertex.Op.Add),
                "norm",
                "learning",
                "beside");
    try (Twins twins = Twins.of(finished(graph, "sum"), engine)) {
      for (String name : List.of("first", "frozen", "norm", "beside", "learning", "sum", "pool")) {
        assertTrue(twins.program().accelerated(name), name);
      }
      sameAsStock(twins, "frozen", "norm", "beside");
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void passesTheGradientThroughLayersFrozenWithBackprop(TestEngine engine) {
    GraphBuilder graph =
        graph()
            .addLayer("first", convolution(), "in")
            .addLayer("frozen", frozen(convolution()), "first")
            .addLayer("norm", norm(), "frozen");
    try (Twins twins = Twins.of(finished(graph, "norm"), engine)) {
      for (String name : List.of("first", "frozen", "norm")) {
        assertTrue(twins.program().accelerated(name), name);
      }
      assertEquals(1, twins.program().regions().size());
      sameAsStock(twins, "frozen");
    }
  }

  private static Layer frozen(Layer layer) {
    return new FrozenLayerWithBackprop(layer);
  }

  /** DL4J's gradients of these are of its own making, or fail. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void leavesToDl4jWhatItComputesInAWayOfItsOwn(TestEngine engine) {
    GraphBuilder graph =
        graph()
            .addLayer("first", convolution(), "in")
            .addLayer("swish", frozen(new ActivationLayer(Activation.SWISH)), "first")
            .addLayer("second", convolution(), "swish")
            .addLayer("norm", frozen(norm()), "second");
    try (Twins twins = Twins.of(finished(graph, "norm"), engine)) {
      assertEquals(
          "is a ActivationLayer in a FrozenLayerWithBackprop",
          twins.program().fallbackReason("swish"));
      assertEquals(
          "is a BatchNormalization in a FrozenLayerWithBackprop",
          twins.program().fallbackReason("norm"));
      twins.sameOutput(IMAGES);
    }
    ComputationGraphConfiguration wrapped =
        finished(graph().addLayer("first", convolution(), "in"), "first");
    LayerVertex first = (LayerVertex) wrapped.getVertices().get("first");
    wrapped.getVertices().put("first", new FrozenVertex(first));
    try (Twins twins = Twins.of(wrapped, engine)) {
      assertEquals("is a layer in a FrozenVertex", twins.program().fallbackReason("first"));
      twins.sameOutput(IMAGES);
    }
  }
}
