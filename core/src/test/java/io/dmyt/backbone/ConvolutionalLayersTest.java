package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.backbone.layer.ChannelNormalization;
import io.dmyt.backbone.layer.ChannelScale;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.Gain;
import io.dmyt.backbone.layer.GroupNormalization;
import io.dmyt.backbone.layer.ResponseNormalization;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What convolutional networks have and DL4J lacks, in small networks of their own. */
class ConvolutionalLayersTest {
  private static final int SIZE = 9;
  private static final int BATCH = 3;

  /** Channels of a group. */
  private static final int WIDTH = 3;

  private static final double STEP = 1e-6;

  private static Model model(int features, Consumer<NetworkBuilder> layers) {
    return new Model(new BackboneSpec("small", "small", SIZE, features, "head.fc", 1e-5), layers);
  }

  private static Backbone backbone(Model model, int classes) {
    BackboneOptions options =
        BackboneOptions.defaults().withDataType(DataType.DOUBLE).withClasses(classes);
    Architecture architecture = Architecture.of(model, options);
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    for (NamedParameter p : backbone.parameters()) {
      if (p.kind() != Kind.COUNTER) {
        float[] values = Golden.weights(p.name(), p.shape());
        backbone.set(
            p.name(),
            p.shape().length == 0 ? Nd4j.scalar(values[0]) : Nd4j.create(values, p.shape(), 'c'));
      }
    }
    return backbone;
  }

  private static INDArray images() {
    return Nd4j.create(Golden.images("input", BATCH, SIZE), new long[] {BATCH, 3, SIZE, SIZE}, 'c')
        .castTo(DataType.DOUBLE);
  }

  /** γ = 0 is the plain one of BiT. */
  @ParameterizedTest
  @CsvSource({
    "0, 3, 1, false, 1, false",
    "0, 1, 2, false, 1, true",
    "1.7, 3, 2, false, 2, false",
    "1, 3, 2, true, 1, true",
    "1.7, 5, 1, true, 4, false"
  })
  void isAConvolutionOfStandardizedWeights(
      double gamma, int kernel, int stride, boolean same, int groups, boolean toVariance) {
    Kernel window = same ? Kernel.same(kernel, stride) : Kernel.centred(kernel, stride);
    Backbone standardized =
        backbone(
            model(
                12,
                net -> {
                  String wide = net.conv("first", 8, Kernel.centred(3, 1));
                  new StandardizedConvolutions(
                          net, gamma, 1e-3, toVariance, same, Init::kaimingFanOut)
                      .add("conv", wide, 12, kernel, stride, groups, Init.ONES);
                }),
            0);
    Backbone plain =
        backbone(
            model(
                12,
                net -> {
                  String wide = net.conv("first", 8, Kernel.centred(3, 1));
                  net.conv("conv", wide, 12, window, groups, gamma > 0);
                }),
            0);
    INDArray weight = standardized.get("conv.weight");
    for (int c = 0; c < 12; c++) {
      INDArray row = weight.slice(c);
      double mean = row.meanNumber().doubleValue();
      double deviation = row.sub(mean).norm2Number().doubleValue() / Math.sqrt(row.length());
      double divisor = toVariance ? Math.sqrt(deviation * deviation + 1e-3) : deviation + 1e-3;
      row.subi(mean).divi(divisor);
      if (gamma > 0) {
        double gain = standardized.get("conv.gain").getDouble(c, 0, 0, 0);
        row.muli(gain * gamma / Math.sqrt(row.length()));
      }
    }
    plain.set("conv.weight", weight);
    if (gamma > 0) {
      plain.set("conv.bias", standardized.get("conv.bias"));
    }
    assertClose(plain.embed(images()), standardized.embed(images()));
  }

  @Test
  void groupsHaveMeanZeroAndVarianceOne() {
    int channels = 2 * WIDTH;
    Backbone normed =
        backbone(
            model(
                channels,
                net -> {
                  String wide = net.conv("first", channels, Kernel.centred(3, 1));
                  net.function(
                      "norm",
                      "norm",
                      new GroupNormalization(channels, 2, 1e-3),
                      channels,
                      Map.of("weight", Init.ONES, "bias", Init.ZEROS),
                      wide);
                }),
            0);
    Map<String, INDArray> values = normed.graph().feedForward(images(), false);
    double[] expected = values.get("first").dup('c').reshape(-1).toDoubleVector();
    int pixels = SIZE * SIZE;
    int length = WIDTH * pixels;
    for (int start = 0; start < expected.length; start += length) {
      double mean = Arrays.stream(expected, start, start + length).average().orElseThrow();
      double variance =
          Arrays.stream(expected, start, start + length)
              .map(v -> (v - mean) * (v - mean))
              .average()
              .orElseThrow();
      for (int i = start; i < start + length; i++) {
        int channel = i / pixels % channels;
        double standard = (expected[i] - mean) / Math.sqrt(variance + 1e-3);
        expected[i] =
            standard * normed.get("norm.weight").getDouble(channel)
                + normed.get("norm.bias").getDouble(channel);
      }
    }
    double[] found = values.get("norm").dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(expected, found, 1e-10, "values");
  }

  /** All of them, one behind the other. */
  private static void layers(NetworkBuilder net) {
    StandardizedConvolutions convs =
        new StandardizedConvolutions(net, 1.7, 1e-4, false, true, Init::kaimingFanOut);
    convs.add("conv1", net.last(), 8, 3, 2);
    convs.add("conv2", net.act("act", ActivationFunction.GELU), 8, 3, 1, 2, Init.ONES);
    net.function(
        "norm",
        "norm",
        new GroupNormalization(8, 4, 1e-5),
        8,
        Map.of("weight", Init.ONES, "bias", Init.ZEROS),
        net.last());
    new SearchedCells(net).halved("half.", net.last(), 6);
    Map<String, Init> inits = Map.of("weight", Init.ONES, "bias", Init.ZEROS);
    net.function("pixels", "pixels", new ChannelNormalization(6, 1e-6), 6, inits, net.last());
    net.function("grn", "grn", new ResponseNormalization(6), 6, inits, net.last());
    String normed = net.inplaceBatchNorm("abn", Init.ONES);
    Map<String, Init> one = Map.of(FunctionVertex.WHOLE, Init.ONES);
    net.function("factors", "factors", new ChannelScale(6), 6, one, normed);
    net.scalar("scaled", "skip_gain", new Gain(), Init.ONES, net.last());
    net.convolutionalClassifier();
  }

  @ParameterizedTest
  @MethodSource("io.dmyt.engine.TestEngine#all")
  void enginesAgree(TestEngine engine) {
    ComputationGraphConfiguration network =
        Architecture.of(
                model(6, ConvolutionalLayersTest::layers),
                BackboneOptions.defaults().withClasses(3))
            .configuration();
    try (Twins twins = Twins.of(network, engine)) {
      INDArray images = Twins.random(1, BATCH, 3, SIZE, SIZE);
      twins.sameOutput(images);
      INDArray labels = Nd4j.eye(BATCH);
      twins.sameGradients(images, labels);
      twins.sameTraining(images, labels, 2);
    }
  }

  @Test
  void gradientsAreSlopes() {
    Backbone backbone = backbone(model(6, ConvolutionalLayersTest::layers), 3);
    ComputationGraph graph = backbone.graph();
    score(graph);
    for (NamedParameter p : backbone.parameters()) {
      if (p.kind() == Kind.TRAINABLE) {
        INDArray direction = Nd4j.scalar(0.7);
        if (p.shape().length > 0) {
          direction = Twins.random(p.name().hashCode(), p.shape()).castTo(DataType.DOUBLE);
        }
        double slope = backbone.gradient(p.name()).mul(direction).sumNumber().doubleValue() / BATCH;
        INDArray value = backbone.get(p.name());
        backbone.set(p.name(), value.add(direction.mul(STEP)));
        double above = score(graph);
        backbone.set(p.name(), value.sub(direction.mul(STEP)));
        double below = score(graph);
        backbone.set(p.name(), value);
        score(graph);
        assertEquals(slope, (above - below) / (2 * STEP), 1e-7, p.name());
      }
    }
  }

  private static double score(ComputationGraph graph) {
    graph.setInputs(images());
    graph.setLabels(Nd4j.eye(BATCH).castTo(DataType.DOUBLE));
    graph.computeGradientAndScore();
    return graph.score();
  }

  /** The scalar, the classifier as dense layer or convolution, and weights by their magnitude. */
  @Test
  void aStateDictIsReadAsItsModuleWould() {
    Model model = model(6, ConvolutionalLayersTest::layers);
    Backbone backbone = backbone(model, 3);
    assertArrayEquals(new long[0], backbone.parameter("skip_gain").shape());
    assertArrayEquals(new long[] {3, 6, 1, 1}, backbone.parameter("head.fc.weight").shape());
    StateDict saved = backbone.stateDict();
    StateDict.Builder other = StateDict.builder();
    saved
        .tensors()
        .forEach(
            (name, tensor) -> {
              Tensor now =
                  switch (name) {
                    case "abn.weight" -> negative(tensor);
                    case "head.fc.weight" -> tensor.reshape(3, 6);
                    default -> tensor;
                  };
              other.put(name, now);
            });
    BackboneOptions options =
        BackboneOptions.defaults().withDataType(DataType.DOUBLE).withClasses(3);
    Architecture architecture = Architecture.of(model, options);
    ComputationGraph graph = architecture.create(options);
    StateDictLoader loader = new StateDictLoader(model, other.build());
    assertTrue(loader.compare(architecture.bindings()), loader::faults);
    loader.copyTo(graph);
    StateDict loaded = new Backbone(architecture, graph).stateDict();
    saved
        .tensors()
        .forEach((name, t) -> assertArrayEquals(t.bytes(), loaded.get(name).bytes(), name));
  }

  private static Tensor negative(Tensor tensor) {
    return Tensor.of(Arrays.stream(tensor.doubles()).map(v -> -v).toArray(), tensor.shape());
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    Golden.assertClose(
        expected.dup('c').reshape(-1).toDoubleVector(),
        actual.dup('c').reshape(-1).toDoubleVector(),
        1e-10,
        "values");
  }

  /** Later files of TResNet have the same tensors under other names, and counters. */
  @Test
  void laterFilesOfTResNetAreRead() {
    Model model = Backbones.model("tresnet_m");
    Map<String, String> names =
        Map.of(
            "body.conv1.bn.weight", "body.conv1.1.weight",
            "body.layer1.0.conv1.conv.weight", "body.layer1.0.conv1.0.weight",
            "body.layer2.0.conv1.conv.weight", "body.layer2.0.conv1.0.0.weight",
            "body.layer3.0.conv2.bn.running_var", "body.layer3.0.conv2.0.1.running_var",
            "body.layer4.0.downsample.1.conv.weight", "body.layer4.0.downsample.1.0.weight",
            "body.layer1.0.se.fc1.weight", "body.layer1.0.se.fc1.weight");
    var own = Bodies.of(model).stream().map(NamedParameter::name).toList();
    names.forEach(
        (later, name) -> {
          assertEquals(name, model.timmName(later, Set.of()).orElseThrow());
          assertTrue(own.contains(name), name);
        });
    assertTrue(model.timmName("body.conv1.bn.num_batches_tracked", Set.of()).isEmpty());
  }
}
