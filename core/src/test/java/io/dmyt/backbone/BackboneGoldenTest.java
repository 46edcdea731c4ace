package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.engine.onednn.OneDnn;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  /** DL4J's own layers take seconds for these, minutes for the others. */
  private static final Predicate<JsonNode> IS_QUICK =
      golden -> {
        String name = golden.get("model").asText();
        return !Backbones.names().contains(name) || Backbones.spec(name).flops() < 350_000_000;
      };

  @TestFactory
  Stream<DynamicTest> stateDict() {
    return each(golden -> true, BackboneGoldenTest::checkStateDict);
  }

  @TestFactory
  Stream<DynamicTest> features() {
    return each(IS_QUICK, golden -> checkFeatures(golden, UnaryOperator.identity()));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> featuresOfLargeNetworks() {
    return each(IS_QUICK.negate(), golden -> checkFeatures(golden, UnaryOperator.identity()));
  }

  @TestFactory
  Stream<DynamicTest> featuresOnOneDnn() {
    assumeTrue(OneDnn.available(), OneDnn::unavailableBecause);
    return each(golden -> true, golden -> checkFeatures(golden, BackboneGoldenTest::fast));
  }

  /** In double, on DL4J's own layers. */
  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> gradients() {
    return each(golden -> true, BackboneGoldenTest::checkGradients);
  }

  @TestFactory
  Stream<DynamicTest> adamW() {
    return each(golden -> true, BackboneGoldenTest::checkAdamW);
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
        .map(golden -> dynamicTest(golden.get("model").asText(), () -> check.accept(golden)));
  }

  private static void checkStateDict(JsonNode golden) {
    String name = golden.get("model").asText();
    BackboneSpec spec = Backbones.spec(name);
    assertEquals(golden.get("input_size").asInt(), spec.imageSize());
    assertEquals(golden.get("num_features").asInt(), spec.embeddingSize());

    int imageSize = spec.imageSize();
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
    JsonNode eval = golden.get("eval");
    int batch = eval.get("batch").asInt();
    int size = eval.get("hw").asInt();
    Backbone backbone = engine.apply(goldenBackbone(golden, size, DataType.FLOAT));
    INDArray images = images("input", batch, size);
    double[] expected = Golden.doubles(eval.get("features"));
    double[] actual = backbone.embed(images).dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(expected, actual, 1e-4, "features");
  }

  private static void checkAdamW(JsonNode golden) {
    Backbone backbone = fast(goldenBackbone(golden, trainSize(golden), DataType.FLOAT));
    backbone.setLoss(new PlainDummyLoss());
    PlainAdamW adamw = new PlainAdamW(golden.get("adamw"), backbone);
    double[] losses = Golden.doubles(golden.get("adamw").get("losses"));
    for (int step = 0; step < losses.length; step++) {
      double loss = backward(backbone.graph(), golden.get("train"));
      Golden.assertClose(losses[step], loss, 2e-3, 1, "loss of step " + step);
      adamw.step(golden.get("train").get("batch").asInt());
    }
  }

  private static void checkGradients(JsonNode golden) {
    JsonNode train = golden.get("train");
    Backbone backbone = goldenBackbone(golden, trainSize(golden), DataType.DOUBLE);
    backbone.setLoss(new PlainDummyLoss());
    double loss = backward(backbone.graph(), train);
    Golden.assertClose(train.get("dmyt_loss").asDouble(), loss, 1e-3, 1, "loss");
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
    Golden.assertClose(expected, actual, ALL_GRADIENTS, "gradients");
    for (int i = 0; i < expected.length; i++) {
      // Biases that the next batch norm takes away again have none but rounding's.
      double floor = 1e-4 * total;
      Golden.assertClose(
          expected[i], actual[i], EACH_GRADIENT, floor, "gradient of " + names.get(i));
    }
  }

  /** Where the engine is missing, DL4J's own layers do: slowly. */
  private static Backbone fast(Backbone stock) {
    return OneDnn.available()
        ? Backbones.attach(stock.spec().name(), OneDnn.accelerate(stock.graph()))
        : stock;
  }

  private static int trainSize(JsonNode golden) {
    return golden.get("train").get("hw").asInt();
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
      if (parameter.kind() != Kind.COUNTER) {
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
