package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A layer that the engine does not know costs that layer: what is behind it runs on the engine. */
class RegionsTest {
  private static final INDArray IMAGES = Twins.random(1, 4, 3, 12, 10);
  private static final INDArray LABELS = AcceleratedGraphTest.labels(4, 3);

  private static GraphBuilder graph(String... inputs) {
    return new NeuralNetConfiguration.Builder()
        .seed(11)
        .updater(new Adam(1e-3))
        .weightInit(WeightInit.XAVIER)
        .convolutionMode(ConvolutionMode.Same)
        .graphBuilder()
        .addInputs(inputs);
  }

  private static ConvolutionLayer convolution(int channels) {
    return new ConvolutionLayer.Builder(3, 3).nOut(channels).activation(Activation.SWISH).build();
  }

  private static SubsamplingLayer halving() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static GlobalPoolingLayer pool() {
    return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
  }

  /** Unknown layers with parameters and without, in a row and in a branch beside a shortcut. */
  private static ComputationGraphConfiguration threeRegions() {
    return graph("in")
        .addLayer("conv1", convolution(8), "in")
        .addLayer("norm1", new BatchNormalization.Builder().useLogStd(false).build(), "conv1")
        .addLayer("up", new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(8).build(), "norm1")
        .addLayer("prelu", new PReLULayer.Builder().inputShape(8, 24, 20).build(), "up")
        .addLayer("conv2", convolution(8), "prelu")
        .addLayer("down", halving(), "conv2")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "down", "norm1")
        .addVertex("max", new ElementWiseVertex(ElementWiseVertex.Op.Max), "add", "conv1")
        .addVertex("merge", new MergeVertex(), "max", "add", "conv1")
        .addLayer("conv3", convolution(6), "merge")
        .addLayer("pool", pool(), "conv3")
        .addLayer("dense", new DenseLayer.Builder().nOut(9).build(), "pool")
        .addLayer("out", output(), "dense")
        .setOutputs("out")
        .setInputTypes(InputType.convolutional(12, 10, 3))
        .build();
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsEveryRegion(TestEngine engine) {
    try (Twins twins = Twins.of(threeRegions(), engine)) {
      GraphProgram program = twins.program();
      assertEquals(
          List.of(
              Set.of("conv1", "norm1"),
              Set.of("conv2", "down", "add"),
              Set.of("merge", "conv3", "pool", "dense")),
          program.regions().stream().map(Region::vertices).toList());
      assertEquals(Set.of("conv1", "norm1"), program.regions().get(0).ends());
      assertEquals(Set.of("max", "add", "conv1"), program.regions().get(2).inputs());
      twins.sameOutput(IMAGES);
      twins.sameGradients(IMAGES, LABELS);
      twins.sameTraining(IMAGES, LABELS, 5);
      twins.sameOutput(IMAGES);
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void showsWhatIsInsideTheRegions(TestEngine engine) {
    try (Twins twins = Twins.of(threeRegions(), engine)) {
      INDArray images = IMAGES.castTo(engine.type());
      Map<String, INDArray> expected = twins.stock().feedForward(images, false);
      Map<String, INDArray> found = twins.fast().feedForward(images, false);
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach((name, e) -> Twins.close(name, e, found.get(name), engine.tolerance(1e-4)));
      // A middle vertex alone, and up to a position alone.
      for (String name : List.of("conv2", "up", "dense")) {
        INDArray[] inputs = {images};
        Twins.close(
            name,
            twins.stock().output(List.of(name), false, inputs, null)[0],
            twins.fast().output(List.of(name), false, inputs, null)[0],
            engine.tolerance(1e-4));
      }
      Map<String, INDArray> upTo =
          twins.fast().feedForward(new INDArray[] {images}, position(twins.fast(), "conv2"), false);
      Twins.close("conv2", expected.get("conv2"), upTo.get("conv2"), engine.tolerance(1e-4));
      assertNull(upTo.get("conv3"));
    }
  }

  private static int position(ComputationGraph graph, String vertex) {
    int[] order = graph.topologicalSortOrder();
    for (int i = 0; i < order.length; i++) {
      if (graph.getVertices()[order[i]].getVertexName().equals(vertex)) {
        return i;
      }
    }
    throw new IllegalArgumentException(vertex);
  }

  /** Images and vectors meet; one of the inputs is read behind an unknown layer only. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void takesTwoInputsOfDifferentRank(TestEngine engine) {
    ComputationGraphConfiguration configuration =
        graph("images", "vectors")
            .addLayer("conv", convolution(5), "images")
            .addLayer("pool", pool(), "conv")
            .addLayer(
                "scaled",
                new ElementWiseMultiplicationLayer.Builder()
                    .nIn(7)
                    .nOut(7)
                    .activation(Activation.IDENTITY)
                    .build(),
                "vectors")
            .addLayer("dense1", new DenseLayer.Builder().nOut(6).build(), "scaled")
            .addLayer("dense2", new DenseLayer.Builder().nOut(6).build(), "vectors")
            .addVertex("merge", new MergeVertex(), "pool", "dense1", "dense2")
            .addLayer("out", output(), "merge")
            .setOutputs("out")
            .setInputTypes(InputType.convolutional(12, 10, 3), InputType.feedForward(7))
            .build();
    try (Twins twins = Twins.of(configuration, engine)) {
      assertEquals(
          Set.of("scaled", "out"),
          Set.copyOf(
              Engines.placements(twins.fast()).stream()
                  .filter(p -> !p.accelerated())
                  .map(Placement::vertex)
                  .toList()));
      INDArray vectors = Twins.random(2, 4, 7);
      twins.sameOutput(IMAGES, vectors);
      for (int step = 0; step < 3; step++) {
        for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
          graph.fit(
              new MultiDataSet(
                  new INDArray[] {IMAGES.castTo(engine.type()), vectors.castTo(engine.type())},
                  new INDArray[] {LABELS.castTo(engine.type())}));
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

  /** Outputs in the middle of a region, at its end and behind it, all with losses. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void givesSeveralOutputs(TestEngine engine) {
    ComputationGraphConfiguration configuration =
        graph("in")
            .addLayer("conv1", convolution(6), "in")
            .addLayer("pool1", pool(), "conv1")
            .addLayer("out1", output(), "pool1")
            .addLayer("up", new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(6).build(), "conv1")
            .addLayer("conv2", convolution(4), "up")
            .addLayer("tanh", new ActivationLayer(Activation.TANH), "conv2")
            .addLayer("pool2", pool(), "tanh")
            .addLayer("out2", output(), "pool2")
            .setOutputs("out1", "out2")
            .setInputTypes(InputType.convolutional(12, 10, 3))
            .build();
    try (Twins twins = Twins.of(configuration, engine)) {
      twins.sameOutput(IMAGES);
      INDArray images = IMAGES.castTo(engine.type());
      INDArray labels = LABELS.castTo(engine.type());
      for (ComputationGraph graph : List.of(twins.stock(), twins.fast())) {
        graph.fit(new INDArray[] {images}, new INDArray[] {labels, labels});
      }
      Twins.close(
          "gradients",
          twins.stock().getFlattenedGradients(),
          twins.fast().getFlattenedGradients(),
          engine.tolerance(1e-4));
    }
  }

  /** A shape that an operation can't take is DL4J's to run or to refuse, region by region. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void leavesRefusedShapesToDl4j(TestEngine engine) {
    try (Twins twins = Twins.of(threeRegions(), engine)) {
      INDArray wrong = Twins.random(1, 4, 5, 12, 10).castTo(engine.type());
      Exception expected = assertThrows(Exception.class, () -> twins.stock().output(wrong));
      Exception found = assertThrows(Exception.class, () -> twins.fast().output(wrong));
      assertEquals(expected.getClass(), found.getClass());
      twins.sameOutput(IMAGES);
    }
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void runsDenseNetworksOfVectors(TestEngine engine) {
    ComputationGraphConfiguration configuration =
        graph("in")
            .addLayer("dense1", new DenseLayer.Builder().nOut(11).build(), "in")
            .addLayer("norm", new BatchNormalization.Builder().useLogStd(false).build(), "dense1")
            .addLayer(
                "dense2",
                new DenseLayer.Builder().nOut(7).activation(Activation.GELU).build(),
                "norm")
            .addLayer("out", output(), "dense2")
            .setOutputs("out")
            .setInputTypes(InputType.feedForward(5))
            .build();
    try (Twins twins = Twins.of(configuration, engine)) {
      assertTrue(twins.program().accelerated("dense1"));
      INDArray x = Twins.random(1, 6, 5);
      INDArray y = AcceleratedGraphTest.labels(6, 3);
      twins.sameOutput(x);
      twins.sameGradients(x, y);
      twins.sameTraining(x, y, 3);
    }
  }
}
