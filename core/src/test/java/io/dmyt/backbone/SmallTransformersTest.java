package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Transformers against timm 0.4.9's classes with the same small sizes, in double. */
class SmallTransformersTest {
  private static final double DOUBLE = 1e-10;

  static Set<String> names() {
    return SmallTransformers.models().keySet();
  }

  private static JsonNode reference(String name) {
    try {
      String file = "/timm/small/" + name + ".json";
      return Golden.read(Path.of(SmallTransformersTest.class.getResource(file).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Backbone backbone(String name, DataType type) {
    BackboneOptions options = BackboneOptions.defaults().withDataType(type);
    Architecture architecture = Architecture.of(SmallTransformers.models().get(name), options);
    architecture.sizes(architecture.spec().imageSize());
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() != Kind.COUNTER && parameter.kind() != Kind.CONSTANT) {
        float[] values = Golden.weights(parameter.name(), parameter.shape());
        backbone.set(parameter.name(), FloatBuffer.wrap(values));
      }
    }
    return backbone;
  }

  private static INDArray images(JsonNode reference) {
    int batch = reference.get("batch").asInt();
    int size = reference.get("hw").asInt();
    float[] values = Golden.images("input", batch, size);
    return Nd4j.create(values, new long[] {batch, 3, size, size}, 'c').castTo(DataType.DOUBLE);
  }

  @ParameterizedTest
  @MethodSource("names")
  void stateDict(String name) {
    List<String> expected =
        StreamSupport.stream(reference(name).get("state_dict").spliterator(), false)
            .map(e -> e.get(0).asText() + e.get(1).toString().replace(",", ", "))
            .toList();
    List<String> found =
        backbone(name, DataType.FLOAT).parameters().stream().map(Object::toString).toList();
    assertEquals(String.join("\n", expected), String.join("\n", found));
  }

  @ParameterizedTest
  @MethodSource("names")
  void features(String name) {
    JsonNode reference = reference(name);
    INDArray features = backbone(name, DataType.DOUBLE).embed(images(reference));
    assertFeatures(reference.get("features"), features);
  }

  private static void assertFeatures(JsonNode expected, INDArray found) {
    double[] values = found.dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(Golden.doubles(expected), values, DOUBLE, "features");
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradients(String name) {
    JsonNode reference = reference(name);
    Backbone backbone = backbone(name, DataType.DOUBLE);
    ComputationGraph graph = backbone.graph();
    graph.setInput(0, images(reference));
    int features = backbone.spec().embeddingSize();
    graph.setLabels(Nd4j.zeros(DataType.DOUBLE, reference.get("batch").asInt(), features));
    graph.computeGradientAndScore();
    assertFeatures(reference.get("train_features"), graph.output(true, images(reference))[0]);
    JsonNode norms = reference.get("grad_l2");
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() == Kind.TRAINABLE) {
        Golden.assertClose(
            norms.get(parameter.name()).asDouble(),
            backbone.gradient(parameter.name()).norm2Number().doubleValue(),
            DOUBLE,
            1e-6,
            parameter.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void opensAgainAsItWasSaved(String name) throws IOException {
    Backbone backbone = backbone(name, DataType.DOUBLE);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(backbone.graph(), file, true);
    ComputationGraph again =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    INDArray images = images(reference(name));
    assertEquals(backbone.graph().outputSingle(images), again.outputSingle(images));
  }

  @Test
  void otherImageSizesHaveOtherPositions() {
    Architecture small =
        Architecture.of(
            Backbones.model("vit_base_patch16_224"), BackboneOptions.defaults().withImageSize(128));
    small.sizes(128);
    assertTrue(
        small.bindings().stream()
            .anyMatch(b -> b.parameter().toString().equals("pos_embed[1, 65, 768]")));
  }

  @Test
  void imageSizesThatPatchesDontFillAreRefused() {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(130);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Backbones.create("vit_base_patch16_224", options))
            .getMessage();
    assertEquals(
        "vit_base_patch16_224 takes images whose height and width are multiples of 16 pixels, not"
            + " 130×130; the nearest size is 128",
        message);
    Architecture small =
        Architecture.of(SmallTransformers.models().get("vit"), BackboneOptions.defaults());
    String positions =
        assertThrows(IllegalArgumentException.class, () -> small.sizes(16)).getMessage();
    assertTrue(positions.contains("embeddings for 10 positions"), positions);
  }

  @Test
  void windowsDontFillEveryMapOfTimm049() {
    assertEquals(
        "swin_tiny_patch4_window7_224 can't divide images of 200×200 pixels into its windows; the"
            + " nearest size is 224",
        refusal("swin_tiny_patch4_window7_224", 200));
  }

  @Test
  void todaysWindowsArePadded() {
    for (String name :
        new String[] {"swin_tiny_patch4_window7_224.ms_in1k", "swinv2_tiny_window8_256"}) {
      for (int size : new int[] {64, 100, 132, 228, 300}) {
        Architecture.of(Backbones.model(name), BackboneOptions.defaults().withImageSize(size))
            .sizes(size);
      }
      assertTrue(refusal(name, 30).endsWith("the nearest size is 32"), refusal(name, 30));
    }
    assertEquals(
        "swin_tiny_patch4_window7_224.ms_in1k has no windows left in the last stage for images of"
            + " 28×28 pixels; the nearest size is 32",
        refusal("swin_tiny_patch4_window7_224.ms_in1k", 28));
    assertTrue(refusal("swinv2_tiny_window8_256", 32).endsWith("the nearest size is 64"));
  }

  private static String refusal(String name, int size) {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(size);
    return assertThrows(IllegalArgumentException.class, () -> Backbones.create(name, options))
        .getMessage();
  }
}
