package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Requires;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every network of the reference values against PyTorch's: names, features, gradients, training.
 */
class BackboneGoldenTest {

  /** What is allowed between the vectors of all parameters' gradient norms. */
  private static final double ALL_GRADIENTS = 1e-3;

  /**
   * What is allowed of one parameter's norm, in double. The reference was computed in single
   * precision, and batch norm's gradients are small differences of large sums: in double,
   * resnet50's differ from the reference's by up to 4.1e-3.
   */
  private static final double EACH_GRADIENT = 5e-3;

  /** What is allowed in double of a reference that was computed in double. */
  private static final double DOUBLE = 1e-5;

  /** Norms below this share of all parameters' norm are rounding's. */
  private static final double ROUNDING = 1e-9;

  /** DL4J's own layers take seconds for these, minutes for the others. */
  private static final Predicate<JsonNode> IS_QUICK =
      golden -> {
        String name = golden.get("model").asText();
        return !exists(golden) || Backbones.spec(name).flops() < 350_000_000;
      };

  /**
   * Relatives of networks that are retraced as a whole anyway. Of these, names and features are
   * checked always, the rest with {@code -Ddmyt.golden.whole=true}.
   */
  private static final Set<String> RELATIVES =
      Set.of(
          "ecaresnet26t",
          "ecaresnet50d_pruned",
          "ecaresnetlight",
          "efficientnet_b1_pruned",
          "efficientnet_lite0",
          "fbnetc_100",
          "gluon_resnet50_v1s",
          "hardcorenas_a",
          "mixnet_s",
          "mnasnet_100",
          "mobilenetv2_120d",
          "mobilenetv4_conv_small.e2400_r224_in1k",
          "pit_ti_224",
          "regnetz_b16.ra3_in1k",
          "resnet26d",
          "resnetblur50",
          "resnetrs50",
          "seresnext26t_32x4d",
          "spnasnet_100",
          "tf_efficientnet_cc_b0_4e",
          "tf_efficientnet_es",
          "tf_efficientnetv2_b0",
          "tf_mixnet_s",
          "tf_mobilenetv3_large_minimal_100",
          "vit_deit_tiny_patch16_224");

  @TestFactory
  Stream<DynamicTest> stateDict() {
    return each(golden -> true, BackboneGoldenTest::checkStateDict);
  }

  @TestFactory
  Stream<DynamicTest> features() {
    return each(
        IS_QUICK.and(BackboneGoldenTest::isRetraced),
        golden -> checkFeatures(golden, UnaryOperator.identity()));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> featuresOfLargeNetworks() {
    return each(
        IS_QUICK.negate().and(BackboneGoldenTest::isRetraced),
        golden -> checkFeatures(golden, UnaryOperator.identity()));
  }

  @TestFactory
  @Requires(Requires.Machine.FAST_ENGINE)
  Stream<DynamicTest> featuresOnTheBestEngine() {
    return each(golden -> true, golden -> checkFeatures(golden, BackboneGoldenTest::fast));
  }

  /** In double, on DL4J's own layers. */
  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> gradients() {
    return each(
        BackboneGoldenTest::isRetraced,
        golden -> {
          if (inDouble(golden)) {
            checkGradientsInDouble(golden);
          } else {
            checkGradients(golden);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> adamW() {
    return each(
        BackboneGoldenTest::isRetraced,
        golden -> checkAdamW(golden, fast(train(golden, DataType.FLOAT)), 2e-3));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> featuresInDouble() {
    return each(
        golden -> inDouble(golden) && isRetraced(golden),
        golden -> checkFeatures(golden, UnaryOperator.identity(), DataType.DOUBLE, DOUBLE));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> adamWInDouble() {
    return each(
        golden -> inDouble(golden) && isRetraced(golden),
        golden -> checkAdamW(golden, train(golden, DataType.DOUBLE), DOUBLE));
  }

  /** Whether the reference was computed in double precision. */
  private static boolean inDouble(JsonNode golden) {
    return golden.path("precision").asText().equals("float64");
  }

  private static boolean isRetraced(JsonNode golden) {
    return Boolean.getBoolean("dmyt.golden.whole")
        || !RELATIVES.contains(golden.get("model").asText());
  }

  private static boolean exists(JsonNode golden) {
    return Backbones.knows(golden.get("model").asText());
  }

  private static Stream<DynamicTest> each(Predicate<JsonNode> which, Consumer<JsonNode> check) {
    List<Path> files = Golden.list("backbone", ".json");
    if (files.isEmpty()) {
      return Stream.of(
          dynamicTest("absent", () -> Assumptions.abort("no backbone/*.json in " + Golden.root())));
    }
    return files.stream()
        .map(Golden::read)
        .filter(which)
        .map(golden -> dynamicTest(golden.get("model").asText(), () -> run(golden, check)));
  }

  private static void run(JsonNode golden, Consumer<JsonNode> check) {
    String name = golden.get("model").asText();
    if (!exists(golden)) {
      String reason = name + " is in the reference values, but not among the networks yet";
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    }
    try {
      check.accept(golden);
    } finally {
      // A network's native memory goes with its Java objects, which fill no heap.
      System.gc();
    }
  }

  private static void checkStateDict(JsonNode golden) {
    String name = golden.get("model").asText();
    BackboneSpec spec = Backbones.spec(name);
    assertEquals(golden.get("input_size").asInt(), spec.imageSize());
    assertEquals(golden.get("num_features").asInt(), spec.embeddingSize());

    int imageSize = golden.path("options").path("img_size").asInt(spec.imageSize());
    List<String> expected = entries(golden.get("state_dict"));
    Backbone embedding = create(name, imageSize, 0, DataType.FLOAT);
    assertEquals(expected, embedding.parameters().stream().map(Object::toString).toList());
    assertEquals(
        golden.get("num_params").asLong(),
        embedding.parameters().stream()
            .filter(p -> p.kind() == Kind.TRAINABLE)
            .mapToLong(NamedParameter::length)
            .sum());

    expected.addAll(entries(golden.get("classifier")));
    Backbone classifier = create(name, imageSize, 2, DataType.FLOAT);
    assertEquals(expected, classifier.parameters().stream().map(Object::toString).toList());
  }

  private static List<String> entries(JsonNode list) {
    return new ArrayList<>(
        StreamSupport.stream(list.spliterator(), false)
            .map(entry -> entry.get(0).asText() + Arrays.toString(Golden.ints(entry.get(1))))
            .toList());
  }

  private static void checkFeatures(JsonNode golden, UnaryOperator<Backbone> engine) {
    checkFeatures(golden, engine, DataType.FLOAT, 1e-4);
  }

  private static void checkFeatures(
      JsonNode golden, UnaryOperator<Backbone> engine, DataType type, double tolerance) {
    JsonNode eval = golden.get("eval");
    int batch = eval.get("batch").asInt();
    int size = eval.get("hw").asInt();
    Backbone backbone = engine.apply(goldenBackbone(golden, size, type));
    INDArray images = images("input", batch, size).castTo(type);
    double[] expected = Golden.doubles(eval.get("features"));
    double[] actual = backbone.embed(images).dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(expected, actual, tolerance, "features");
  }

  private static void checkAdamW(JsonNode golden, Backbone backbone, double tolerance) {
    backbone.setLoss(new PlainDummyLoss());
    PlainAdamW adamw = new PlainAdamW(golden.get("adamw"), backbone);
    double[] losses = Golden.doubles(golden.get("adamw").get("losses"));
    for (int step = 0; step < losses.length; step++) {
      double loss = backward(backbone.graph(), golden.get("train"));
      Golden.assertClose(losses[step], loss, tolerance, 1, "loss of step " + step);
      adamw.step(golden.get("train").get("batch").asInt());
    }
  }

  private static void checkGradients(JsonNode golden) {
    Norms norms = Norms.of(golden, 1e-3);
    Golden.assertClose(norms.expected, norms.actual, ALL_GRADIENTS, "gradients");
    // Biases that the next batch norm takes away again have none but rounding's.
    norms.assertEach(EACH_GRADIENT, 1e-4 * EACH_GRADIENT);
  }

  private static void checkGradientsInDouble(JsonNode golden) {
    Norms norms = Norms.of(golden, DOUBLE);
    Golden.assertClose(norms.expected, norms.actual, DOUBLE, "gradients");
    norms.assertEach(DOUBLE, ROUNDING);
  }

  /**
   * The L2 norms of all parameters' gradients, computed in double.
   *
   * @param total expected over all parameters together
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Norms(List<String> names, double[] expected, double[] actual, double total) {

    /** Goes back once, and holds the loss to the reference's. */
    static Norms of(JsonNode golden, double lossTolerance) {
      JsonNode train = golden.get("train");
      Backbone backbone = train(golden, DataType.DOUBLE);
      backbone.setLoss(new PlainDummyLoss());
      double loss = backward(backbone.graph(), train);
      Golden.assertClose(train.get("dmyt_loss").asDouble(), loss, lossTolerance, 1, "loss");
      List<String> names = new ArrayList<>();
      train.get("grad_l2").fieldNames().forEachRemaining(names::add);
      double[] expected = new double[names.size()];
      double[] actual = new double[names.size()];
      double total = 0;
      for (int i = 0; i < expected.length; i++) {
        expected[i] = train.get("grad_l2").get(names.get(i)).asDouble();
        INDArray gradient = backbone.gradient(names.get(i));
        actual[i] = gradient.norm2Number().doubleValue() / train.get("batch").asInt();
        total = Math.hypot(total, expected[i]);
      }
      return new Norms(names, expected, actual, total);
    }

    /**
     * @param tolerance of a norm, relative to it
     * @param floor what is allowed of any, relative to the norm of all
     */
    void assertEach(double tolerance, double floor) {
      for (int i = 0; i < expected.length; i++) {
        double smallest = floor * total / tolerance;
        Golden.assertClose(
            expected[i], actual[i], tolerance, smallest, "gradient of " + names.get(i));
      }
    }
  }

  /** Where the engine is missing, DL4J's own layers do: slowly. */
  private static Backbone fast(Backbone stock) {
    return Engines.bestUnavailableBecause() == null
        ? stock.on(Engines.best().accelerate(stock.graph()))
        : stock;
  }

  private static Backbone train(JsonNode golden, DataType type) {
    return goldenBackbone(golden, golden.get("train").get("hw").asInt(), type);
  }

  private static double backward(ComputationGraph graph, JsonNode train) {
    int batch = train.get("batch").asInt();
    DataType type = graph.getConfiguration().getDataType();
    INDArray images = images("train-input", batch, train.get("hw").asInt()).castTo(type);
    INDArray labels = Nd4j.createFromArray(Golden.ints(train.get("labels"))).castTo(type);
    graph.setInput(0, images);
    graph.setLabels(labels.reshape(batch, 1));
    graph.computeGradientAndScore();
    return graph.score() - graph.calcRegularizationScore(true);
  }

  private static Backbone goldenBackbone(JsonNode golden, int size, DataType type) {
    Backbone backbone = create(golden.get("model").asText(), size, 0, type);
    for (NamedParameter parameter : backbone.parameters()) {
      // Of several names of one parameter, the reference's values are the last one's.
      if (parameter.isStored() || parameter.kind() == Kind.SHARED) {
        float[] values = Golden.weights(parameter.name(), parameter.shape());
        backbone.set(parameter.name(), FloatBuffer.wrap(values));
      }
    }
    return backbone;
  }

  private static Backbone create(String name, int size, int classes, DataType type) {
    return Backbones.create(
        name,
        BackboneOptions.defaults()
            .withImageSize(size)
            .withClasses(classes)
            .withDataType(type)
            .withRandomWeights(false));
  }

  private static INDArray images(String name, int batch, int size) {
    return Nd4j.create(Golden.images(name, batch, size), new long[] {batch, 3, size, size}, 'c');
  }
}
