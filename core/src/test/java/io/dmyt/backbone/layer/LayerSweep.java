package io.dmyt.backbone.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dmyt.engine.Engines;
import io.dmyt.engine.Placement;
import io.dmyt.engine.Precision;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The layers that DL4J lacks on an engine, against their own functions. */
public final class LayerSweep {
  private static final int CLASSES = 3;

  private LayerSweep() {}

  /** Between a stem and a mean. */
  private interface Middle {
    /** Adds vertices, the first of which reads "stem", the last of which is "middle". */
    void add(GraphBuilder graph);
  }

  /**
   * A layer in a network.
   *
   * @param batch images at once, or 0 if that does not matter
   * @param size height and width of the images
   * @param channels of what it reads
   * @param features of what it gives
   */
  private record Case(
      int batch, int[] size, int channels, int features, boolean tokens, Middle middle) {
    static Case images(int height, int width, int channels, Middle middle) {
      return new Case(0, new int[] {height, width}, channels, channels, false, middle);
    }

    static Case images(int height, int width, int channels, FunctionVertex vertex) {
      return images(height, width, channels, graph -> graph.addVertex("middle", vertex, "stem"));
    }

    static Case tokens(int size, int channels, int features, FunctionVertex vertex) {
      return new Case(
          size == 1 ? 1 : 0,
          new int[] {size, size},
          channels,
          features,
          true,
          graph -> graph.addVertex("middle", vertex, "stem"));
    }

    /** The same giving another number of channels. */
    Case giving(int channelsMade) {
      return new Case(batch, size, channels, channelsMade, tokens, middle);
    }

    Case inBatchesOf(int images) {
      return new Case(images, size, channels, features, tokens, middle);
    }

    ComputationGraphConfiguration network() {
      GraphBuilder graph =
          new NeuralNetConfiguration.Builder()
              .seed(3)
              .updater(new Sgd(0.05))
              .convolutionMode(ConvolutionMode.Same)
              .graphBuilder()
              .addInputs("in")
              .addLayer(tokens ? "image" : "stem", convolution(3, channels, 3, 1), "in");
      if (tokens) {
        graph.addVertex("stem", new PixelTokens(), "image");
      }
      middle.add(graph);
      graph.addVertex("curve", new Gelu(), "middle");
      if (tokens) {
        graph.addVertex("mean", new TokenMean(), "curve");
      } else {
        graph.addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "curve");
      }
      OutputLayer out =
          new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
              .nIn(features)
              .nOut(CLASSES)
              .activation(Activation.SOFTMAX)
              .build();
      return graph.addLayer("out", out, "mean").setOutputs("out").build();
    }
  }

  private static ConvolutionLayer convolution(int in, int out, int kernel, int stride) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(stride, stride)
        .nIn(in)
        .nOut(out)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static Map<String, Case> cases() {
    Map<String, Case> all = new LinkedHashMap<>();
    for (int channels : new int[] {1, 5, 16, 24}) {
      all.put(
          "layer norm of " + channels + " channels",
          Case.images(6 + channels % 3, 7, channels, new ChannelNormalization(channels, 1e-6)));
      all.put(
          "scale of " + channels + " channels",
          Case.images(5, 4 + channels % 2, channels, new ChannelScale(channels)));
      all.put(
          "ConvNeXt's block of " + channels + " channels",
          Case.images(7, 5, channels, graph -> convNextBlock(graph, channels)));
    }
    all.put("layer norm of a row", Case.tokens(1, 6, 6, new LayerNormalization(6, 1e-5)));
    all.put("layer norm of rows", Case.tokens(3, 9, 9, new LayerNormalization(9, 1e-5)));
    for (int[] c : new int[][] {{4, 2}, {15, 3}, {32, 4}, {16, 16}, {6, 1}}) {
      all.put(
          "group norm " + Arrays.toString(c),
          Case.images(5 + c[1] % 3, 6, c[0], new GroupNormalization(c[0], c[1], 1e-5)));
    }
    for (boolean halves : new boolean[] {false, true}) {
      RotaryAngles angles = new RotaryAngles(100, 0, 0, halves, halves);
      all.put(
          "rotary embedding, pairs " + (halves ? "half a head apart" : "side by side"),
          Case.tokens(3, 36, 36, new RotaryEmbedding(3, 12, 0, 3, angles)));
    }
    // Where examples are three times the tokens, oneDNN 3.11 takes the ones for the others.
    for (int batch : new int[] {11, 12}) {
      all.put(
          "attention of " + batch,
          Case.tokens(2, 24, 8, new SelfAttention(2, 8)).inBatchesOf(batch));
    }
    int[][] windows = {
      // heads, features, size, window, shift
      {1, 4, 4, 2, 0},
      {1, 5, 4, 2, 1},
      {3, 6, 6, 3, 1},
      {2, 16, 7, 7, 0},
      {2, 8, 9, 3, 2}
    };
    for (int[] w : windows) {
      all.put(
          "attention in windows " + Arrays.toString(w),
          Case.tokens(w[2], 3 * w[1], w[1], new WindowAttention(w[0], w[1], w[2], w[3], w[4])));
    }
    for (int size : new int[] {2, 6}) {
      int features = size + 1;
      all.put(
          "merging of " + size + " by " + size + " tokens",
          Case.tokens(size, features, 4 * features, new PatchMerging(size, features)));
    }
    for (int[] w : new int[][] {{1, 4, 4, 2, 0}, {3, 6, 6, 3, 1}, {2, 8, 5, 5, 0}}) {
      all.put(
          "attention by cosines in windows " + Arrays.toString(w),
          Case.tokens(
              w[2], 3 * w[1], w[1], new CosineWindowAttention(w[0], w[1], w[2], w[3], w[4], w[3])));
    }
    for (int[] w : new int[][] {{5, 2, 0}, {5, 2, 1}, {7, 4, 2}, {4, 3, 1}}) {
      int size = w[0];
      int padded = (size + w[1] - 1) / w[1] * w[1];
      String name = " of windows " + Arrays.toString(w);
      all.put("padding" + name, Case.tokens(size, 3, 3, new WindowPadding(size, w[1], w[2])));
      all.put("cropping" + name, Case.tokens(padded, 3, 3, new WindowCropping(size, w[1], w[2])));
    }
    all.put("talking heads", Case.tokens(3, 24, 8, new TalkingHeads(2, 8)));
    for (int channels : new int[] {3, 5, 16}) {
      all.put(
          "response norm of " + channels + " channels",
          Case.images(6, 4 + channels % 2, channels, new ResponseNormalization(channels)));
    }
    for (int[] size : new int[][] {{6, 7}, {1, 5}, {2, 2}, {9, 8}}) {
      for (int stride : new int[] {1, 2}) {
        all.put(
            "blur of " + Arrays.toString(size) + " by " + stride,
            Case.images(size[0], size[1], 5 + 11 * (stride - 1), new BlurPool(stride)));
      }
    }
    standardized(all);
    all.put("convolution along channels", pooled(13, new ChannelConvolution(5)));
    all.put("softmax of paths", pooled(12, new PathSoftmax(2, 3)));
    all.put("softmax of paths in one group", pooled(24, new PathSoftmax(3, 1)));
    for (boolean depthwise : new boolean[] {false, true}) {
      all.put(
          "experts" + (depthwise ? " of each channel" : ""),
          Case.images(
              6,
              5,
              8,
              graph -> experts(graph, 8, new ExpertConvolution(8, 8, 3, 2, true, depthwise, 3))));
    }
    all.put("attention of heads that share keys", Case.images(4, 6, 8, LayerSweep::multiQuery));
    return all;
  }

  private static void standardized(Map<String, Case> all) {
    int[][] shapes = {
      // in, out, kernel, stride, groups
      {5, 7, 1, 1, 1}, {16, 16, 3, 1, 1}, {8, 12, 3, 2, 4}, {6, 6, 3, 1, 6}, {3, 4, 7, 2, 1}
    };
    for (int[] s : shapes) {
      for (boolean scaled : new boolean[] {false, true}) {
        StandardizedConvolution vertex =
            new StandardizedConvolution(
                s[0],
                s[1],
                s[2],
                s[3],
                scaled,
                s[4],
                scaled ? 1.7 : 0,
                scaled ? 1e-5 : 1e-6,
                scaled);
        all.put(
            (scaled ? "scaled" : "standardised") + " convolution " + Arrays.toString(s),
            Case.images(7, 6, s[0], vertex).giving(s[1]));
      }
    }
  }

  /** A layer of what is left of images when their height and width are gone. */
  private static Case pooled(int channels, FunctionVertex vertex) {
    return Case.images(
        4,
        5,
        channels,
        graph ->
            graph
                .addLayer(
                    "pool",
                    new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .collapseDimensions(false)
                        .build(),
                    "stem")
                .addVertex("middle", vertex, "pool"));
  }

  private static void experts(GraphBuilder graph, int channels, ExpertConvolution vertex) {
    graph
        .addLayer(
            "pool",
            new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(false).build(),
            "stem")
        .addLayer("routes", convolution(channels, 3, 1, 1), "pool")
        .addVertex("middle", vertex, "stem", "routes");
  }

  private static void multiQuery(GraphBuilder graph) {
    graph
        .addLayer("keys", convolution(8, 4, 3, 2), "stem")
        .addLayer("values", convolution(8, 4, 3, 2), "stem")
        .addVertex("middle", new MultiQueryAttention(2, 4), "stem", "keys", "values");
  }

  private static void convNextBlock(GraphBuilder graph, int channels) {
    graph
        .addLayer("before", convolution(channels, channels, 7, 1), "stem")
        .addVertex("norm", new ChannelNormalization(channels, 1e-6), "before")
        .addLayer("wide", convolution(channels, 4 * channels, 1, 1), "norm")
        .addVertex("gelu", new Gelu(), "wide")
        .addLayer("narrow", convolution(4 * channels, channels, 1, 1), "gelu")
        .addVertex("scale", new ChannelScale(channels), "narrow")
        .addVertex("middle", new ElementWiseVertex(ElementWiseVertex.Op.Add), "scale", "stem");
  }

  /** What else is asked of an engine. */
  public interface More {
    void check(Twins twins, INDArray features);
  }

  /** Every layer on one engine. */
  public static Stream<DynamicTest> everyLayer(TestEngine engine, More more) {
    List<DynamicTest> tests = new ArrayList<>();
    cases()
        .forEach(
            (name, layer) -> {
              int[] size = layer.size();
              int batch = layer.batch() == 0 ? 1 + tests.size() % 4 : layer.batch();
              INDArray x = Twins.random(tests.size(), batch, 3, size[0], size[1]);
              tests.add(
                  dynamicTest(
                      "%s, %s on %s".formatted(name, Arrays.toString(x.shape()), engine),
                      () -> check(layer, engine, x, more)));
            });
    return tests.stream();
  }

  private static void check(Case layer, TestEngine engine, INDArray x, More more) {
    try (Twins twins = Twins.of(layer.network(), engine)) {
      assertEquals(
          List.of("out"),
          Engines.placements(twins.fast()).stream()
              .filter(place -> !place.accelerated())
              .map(Placement::vertex)
              .toList());
      twins.sameOutput(x);
      INDArray labels = Nd4j.zeros(x.size(0), CLASSES);
      for (int i = 0; i < x.size(0); i++) {
        labels.putScalar(i, i % CLASSES, 1);
      }
      if (engine.engine().options().precision() == Precision.BF16) {
        // Of so few values bfloat16's rounding hardly averages out.
        twins.sameAcrossJumps(x, labels);
      } else {
        twins.sameGradients(x, labels);
      }
      more.check(twins, x);
    }
  }
}
