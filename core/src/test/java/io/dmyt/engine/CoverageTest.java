package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Every layer the engine knows, against DL4J's own: outputs, gradients, running statistics. */
public class CoverageTest {

  private static final int CHANNELS = 10;

  /** Between a convolution that gives {@link #CHANNELS} channels and a pooled softmax. */
  private interface Middle {
    /**
     * Adds vertices that read "stem".
     *
     * @return the channels of the vertex "middle"
     */
    int add(ComputationGraphConfiguration.GraphBuilder graph);
  }

  private static ComputationGraphConfiguration network(Middle middle) {
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new Sgd(0.05))
            .graphBuilder()
            .addInputs("in")
            .addLayer("stem", convolution(3, CHANNELS, 3, 1, 1, 1, false), "in");
    int channels = middle.add(graph);
    boolean vector = graph.getVertices().containsKey("dense");
    if (!vector) {
      // Without it the gradient of what batch norm reads would be 0.
      graph
          .addLayer("curve", new ActivationLayer(Activation.TANH), "middle")
          .addLayer("gap", pool(true), "curve");
    }
    return graph
        .addLayer("out", output(channels), vector ? "middle" : "gap")
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

  private static ConvolutionLayer convolution(
      int in, int out, int kernel, int stride, int padding, int dilation, boolean bias) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .dilation(dilation, dilation)
        .convolutionMode(ConvolutionMode.Truncate)
        .nIn(in)
        .nOut(out)
        .hasBias(bias)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static Middle layer(Layer layer, int channels) {
    return graph -> {
      graph.addLayer("middle", layer, "stem");
      return channels;
    };
  }

  private static Map<String, Middle> middles() {
    Map<String, Middle> all = new LinkedHashMap<>();
    all.put("1x1 stride 2", layer(convolution(CHANNELS, 17, 1, 2, 0, 1, false), 17));
    all.put("5x5 padding 2", layer(convolution(CHANNELS, 8, 5, 1, 2, 1, true), 8));
    all.put("3x3 dilation 2", layer(convolution(CHANNELS, 9, 3, 1, 2, 2, true), 9));
    all.put("3x3 stride 2", layer(convolution(CHANNELS, 24, 3, 2, 1, 1, false), 24));
    for (int stride : new int[] {1, 2, 3}) {
      all.put(
          "same, stride " + stride,
          layer(
              new ConvolutionLayer.Builder(stride == 2 ? 4 : 3, 2)
                  .stride(stride, stride)
                  .convolutionMode(ConvolutionMode.Same)
                  .nIn(CHANNELS)
                  .nOut(13)
                  .activation(Activation.RELU)
                  .build(),
              13));
    }
    for (int multiplier : new int[] {1, 2}) {
      all.put(
          "depthwise times " + multiplier,
          layer(
              new DepthwiseConvolution2D.Builder(3, 3)
                  .stride(multiplier, multiplier)
                  .convolutionMode(ConvolutionMode.Same)
                  .depthMultiplier(multiplier)
                  .nIn(CHANNELS)
                  .nOut(CHANNELS * multiplier)
                  .activation(Activation.SWISH)
                  .build(),
              CHANNELS * multiplier));
      all.put(
          "separable times " + multiplier,
          layer(
              new SeparableConvolution2D.Builder(3, 3)
                  .dataFormat(CNN2DFormat.NCHW)
                  .convolutionMode(ConvolutionMode.Same)
                  .depthMultiplier(multiplier)
                  .nIn(CHANNELS)
                  .nOut(12)
                  .activation(Activation.RELU)
                  .build(),
              12));
    }
    for (boolean log : new boolean[] {false, true}) {
      all.put(
          "norm" + (log ? " by log of deviation" : ""),
          layer(
              new BatchNormalization.Builder()
                  .nIn(CHANNELS)
                  .nOut(CHANNELS)
                  .decay(0.8)
                  .eps(1e-3)
                  .useLogStd(log)
                  .build(),
              CHANNELS));
    }
    for (Activation function :
        List.of(
            Activation.RELU,
            Activation.RELU6,
            Activation.LEAKYRELU,
            Activation.SWISH,
            Activation.SIGMOID,
            Activation.HARDSIGMOID,
            Activation.TANH,
            Activation.ELU,
            Activation.IDENTITY)) {
      all.put(function.toString(), layer(new ActivationLayer(function), CHANNELS));
    }
    for (SubsamplingLayer.PoolingType type :
        List.of(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG)) {
      for (ConvolutionMode mode : List.of(ConvolutionMode.Truncate, ConvolutionMode.Same)) {
        for (boolean include : new boolean[] {false, true}) {
          all.put(
              type + " pooling, " + mode + (include ? ", padding counted" : ""),
              layer(
                  new SubsamplingLayer.Builder(type)
                      .kernelSize(3, 3)
                      .stride(2, 2)
                      .padding(
                          mode == ConvolutionMode.Same ? 0 : 1,
                          mode == ConvolutionMode.Same ? 0 : 1)
                      .convolutionMode(mode)
                      .avgPoolIncludePadInDivisor(include)
                      .build(),
                  CHANNELS));
        }
      }
    }
    all.put("cropping", layer(new Cropping2D.Builder(1, 0, 2, 1).build(), CHANNELS));
    all.put("up-sampling", layer(new Upsampling2D.Builder(2).build(), CHANNELS));
    all.put(
        "uneven up-sampling",
        layer(new Upsampling2D.Builder().size(new int[] {3, 2}).build(), CHANNELS));
    all.put("zero padding", layer(new ZeroPaddingLayer.Builder(1, 2, 3, 0).build(), CHANNELS));
    all.put(
        "global max and dense",
        graph -> {
          graph
              .addLayer("max", new GlobalPoolingLayer.Builder(PoolingType.MAX).build(), "stem")
              .addLayer(
                  "dense",
                  new DenseLayer.Builder()
                      .nIn(CHANNELS)
                      .nOut(7)
                      .hasBias(false)
                      .activation(Activation.RELU)
                      .build(),
                  "max")
              .addLayer(
                  "norm",
                  new BatchNormalization.Builder().nIn(7).nOut(7).useLogStd(false).build(),
                  "dense")
              .addLayer(
                  "middle",
                  new DenseLayer.Builder().nIn(7).nOut(5).activation(Activation.TANH).build(),
                  "norm");
          return 5;
        });
    all.put("squeeze and excite", CoverageTest::squeeze);
    all.put(
        "sum of three",
        graph -> {
          graph
              .addLayer("a", new ActivationLayer(Activation.TANH), "stem")
              .addLayer("b", new ActivationLayer(Activation.RELU), "stem")
              .addLayer("c", pool(false), "stem")
              .addVertex("d", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b", "stem")
              .addVertex("middle", new ElementWiseVertex(ElementWiseVertex.Op.Add), "d", "c");
          return CHANNELS;
        });
    all.put(
        "hard swish",
        graph -> {
          graph
              .addVertex("shift", new ShiftVertex(3), "stem")
              .addLayer("six", new ActivationLayer(Activation.RELU6), "shift")
              .addVertex("scale", new ScaleVertex(1 / 6.0), "six")
              .addVertex(
                  "middle", new ElementWiseVertex(ElementWiseVertex.Op.Product), "stem", "scale");
          return CHANNELS;
        });
    all.put(
        "merge",
        graph -> {
          graph
              .addLayer("a", convolution(CHANNELS, 7, 3, 1, 1, 1, false), "stem")
              .addLayer("b", new ActivationLayer(Activation.RELU), "stem")
              .addVertex("m", new MergeVertex(), "a", "b", "stem")
              .addLayer(
                  "middle",
                  new BatchNormalization.Builder()
                      .nIn(2 * CHANNELS + 7)
                      .nOut(2 * CHANNELS + 7)
                      .build(),
                  "m");
          return 2 * CHANNELS + 7;
        });
    for (int share : new int[] {3, 4, 8}) {
      all.put("convolution in 2 groups of " + share, groups(2, share, false));
    }
    all.put("convolution in 3 groups of 8, the last one first", groups(3, 8, true));
    all.put(
        "overlapping subsets",
        graph -> {
          graph
              .addVertex("a", new SubsetVertex(0, 7), "stem")
              .addVertex("b", new SubsetVertex(3, 9), "stem")
              .addVertex("middle", new MergeVertex(), "b", "a");
          return 8 + 7;
        });
    all.put("gelu", layer(new ActivationLayer(Activation.GELU), CHANNELS));
    all.put(
        "space to depth",
        graph -> {
          graph
              .addLayer("large", new Upsampling2D.Builder(2).build(), "stem")
              .addLayer("uneven", convolution(CHANNELS, CHANNELS, 3, 1, 1, 1, true), "large")
              .addLayer("middle", new SpaceToDepthLayer.Builder<>(2).build(), "uneven");
          return 4 * CHANNELS;
        });
    return all;
  }

  private static Middle groups(int groups, int share, boolean reversed) {
    return graph -> {
      graph.addLayer("wide", convolution(CHANNELS, groups * share, 1, 1, 0, 1, false), "stem");
      String[] parts = new String[groups];
      for (int i = 0; i < groups; i++) {
        int g = reversed ? groups - 1 - i : i;
        parts[g] = "group" + g;
        graph
            .addVertex("in" + g, new SubsetVertex(g * share, (g + 1) * share - 1), "wide")
            .addLayer(parts[g], convolution(share, 2 * share, 3, 2, 1, 1, false), "in" + g);
      }
      graph.addVertex("middle", new MergeVertex(), parts);
      return 2 * groups * share;
    };
  }

  private static GlobalPoolingLayer pool(boolean collapse) {
    return new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(collapse).build();
  }

  private static int squeeze(ComputationGraphConfiguration.GraphBuilder graph) {
    graph
        .addLayer("squeeze", pool(false), "stem")
        .addLayer("reduce", convolution(CHANNELS, 4, 1, 1, 0, 1, true), "squeeze")
        .addLayer("swish", new ActivationLayer(Activation.SWISH), "reduce")
        .addLayer("expand", convolution(4, CHANNELS, 1, 1, 0, 1, true), "swish")
        .addLayer("gate", new ActivationLayer(Activation.SIGMOID), "expand")
        .addVertex("middle", new ElementWiseVertex(ElementWiseVertex.Op.Product), "stem", "gate");
    return CHANNELS;
  }

  /** On every engine that there is. */
  @TestFactory
  Stream<DynamicTest> everyLayer() {
    return TestEngine.all().flatMap(engine -> everyLayer(engine, (twins, features) -> {}));
  }

  /** Images of few channels may be stored in another way than others. */
  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void everyNumberOfChannelsUpToNine(TestEngine engine) {
    for (int channels = 1; channels <= 9; channels++) {
      ComputationGraphConfiguration configuration =
          new NeuralNetConfiguration.Builder()
              .seed(3)
              .updater(new Sgd(0.05))
              .graphBuilder()
              .addInputs("in")
              .addLayer("stem", convolution(channels, 6, 3, 2, 1, 1, true), "in")
              .addLayer("tanh", new ActivationLayer(Activation.TANH), "stem")
              .addLayer("gap", pool(true), "tanh")
              .addLayer("out", output(6), "gap")
              .setOutputs("out")
              .build();
      try (Twins twins = Twins.of(configuration, engine)) {
        INDArray x = Twins.random(channels, 3, channels, 9, 8);
        twins.sameOutput(x);
        twins.sameGradients(x, AcceleratedGraphTest.labels(3, 3));
      }
    }
  }

  /** What else is asked of an engine. */
  public interface More {
    void check(Twins twins, INDArray features);
  }

  /** Every layer on one engine. */
  public static Stream<DynamicTest> everyLayer(TestEngine engine, More more) {
    List<DynamicTest> tests = new ArrayList<>();
    int seed = 0;
    for (Map.Entry<String, Middle> entry : middles().entrySet()) {
      Random random = new Random(seed++);
      // Hardly any gradient gets through the batch norm of two vectors, and none of one.
      int batch = 1 + random.nextInt(6) + (entry.getKey().contains("dense") ? 3 : 0);
      INDArray x = Twins.random(batch, batch, 3, 7 + random.nextInt(9), 7 + random.nextInt(9));
      tests.add(
          dynamicTest(
              "%s of %s on %s".formatted(entry.getKey(), Arrays.toString(x.shape()), engine),
              () -> check(entry.getValue(), engine, x, more)));
    }
    return tests.stream();
  }

  /** Whether the derivative is not continuous. */
  private static boolean jumps(Operation op) {
    if (op instanceof Operation.Elementwise f) {
      return List.of(
              ElementwiseFunction.RELU,
              ElementwiseFunction.LEAKY_RELU,
              ElementwiseFunction.RELU6,
              ElementwiseFunction.HARD_SIGMOID)
          .contains(f.function());
    }
    return (op instanceof Operation.Pool p && p.pooling() == Operation.Pooling.MAX)
        || isGlobalMax(op);
  }

  private static boolean isGlobalMax(Operation op) {
    return op instanceof Operation.GlobalPool g && g.pooling() == Operation.Pooling.MAX;
  }

  private static void check(Middle middle, TestEngine engine, INDArray x, More more) {
    try (Twins twins = Twins.of(network(middle), engine)) {
      GraphProgram program = twins.program();
      for (String vertex : twins.stock().getConfiguration().getVertices().keySet()) {
        if (vertex.startsWith("out")) {
          assertTrue(program.fallbackReason(vertex) != null, vertex);
        } else {
          assertNull(program.fallbackReason(vertex), vertex);
        }
      }
      INDArray y = AcceleratedGraphTest.labels(Math.toIntExact(x.size(0)), 3);
      twins.sameOutput(x);
      boolean jumps =
          program.regions().get(0).nodes().stream()
              .map(Region.Node::op)
              .anyMatch(CoverageTest::jumps);
      // Rounded to bfloat16, a value may lie on the other side of a ReLU's or a maximum's jump.
      boolean all = engine.engine().options().precision() == Precision.F32 || !jumps;
      // Where a channel's gradient goes to one place, one of all channels may go to another.
      boolean onePlace =
          program.regions().get(0).nodes().stream().anyMatch(n -> isGlobalMax(n.op()));
      double moved = onePlace ? Math.sqrt(2.0 / (x.size(0) * CHANNELS)) : 0;
      twins.sameGradients(x, y, name -> all || name.startsWith("out"), moved);
      more.check(twins, x);
    }
  }
}
