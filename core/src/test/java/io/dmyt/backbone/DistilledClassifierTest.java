package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Distilled transformers have two classifiers, and answer with the mean of both. */
class DistilledClassifierTest {
  private static final double DOUBLE = 1e-10;
  private static final String NAME = "vit_distilled";
  private static final int CLASSES = 3;

  private static JsonNode reference(String name) {
    try {
      String file = "/timm/heads/" + name + ".json";
      return Golden.read(Path.of(DistilledClassifierTest.class.getResource(file).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Backbone backbone(String name, int classes) {
    BackboneOptions options =
        BackboneOptions.defaults().withDataType(DataType.DOUBLE).withClasses(classes);
    Architecture architecture = Architecture.of(SmallTransformers.models().get(name), options);
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() == Kind.TRAINABLE) {
        float[] values = Golden.weights(parameter.name(), parameter.shape());
        backbone.set(parameter.name(), FloatBuffer.wrap(values));
      }
    }
    return backbone;
  }

  private static INDArray images(JsonNode reference) {
    int size = reference.get("hw").asInt();
    float[] values = Golden.images("input", 2, size);
    return Nd4j.create(values, new long[] {2, 3, size, size}, 'c').castTo(DataType.DOUBLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME, "deit_distilled", "pit_distilled"})
  void computesWhatTimmDoes(String name) {
    JsonNode reference = reference(name);
    Backbone backbone = backbone(name, CLASSES);
    List<String> expected =
        StreamSupport.stream(reference.get("state_dict").spliterator(), false)
            .map(e -> e.get(0).asText() + e.get(1).toString().replace(",", ", "))
            .toList();
    List<String> found = backbone.parameters().stream().map(Object::toString).toList();
    assertEquals(String.join("\n", expected), String.join("\n", found));

    INDArray images = images(reference);
    INDArray embeddings = backbone.embed(images);
    assertEquals(backbone.embeddingSize(), embeddings.size(1));
    INDArray logits = backbone.logits(embeddings);
    double[] values = Golden.doubles(reference.get("logits"));
    Golden.assertClose(values, logits.dup('c').reshape(-1).toDoubleVector(), DOUBLE, "logits");
    INDArray probabilities = backbone.graph().outputSingle(images);
    Golden.assertClose(
        Transforms.softmax(Nd4j.create(values).reshape(2, CLASSES))
            .dup('c')
            .reshape(-1)
            .toDoubleVector(),
        probabilities.dup('c').reshape(-1).toDoubleVector(),
        DOUBLE,
        "probabilities");
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME, "deit_distilled", "pit_distilled"})
  void learnsAsTimmDoes(String name) {
    JsonNode reference = reference(name);
    Backbone backbone = backbone(name, CLASSES);
    ComputationGraph graph = backbone.graph();
    graph.setInput(0, images(reference));
    graph.setLabels(Nd4j.create(new double[][] {{1, 0, 0}, {0, 0, 1}}));
    graph.computeGradientAndScore();
    for (NamedParameter parameter : backbone.parameters()) {
      Golden.assertClose(
          reference.get("grad_l2").get(parameter.name()).asDouble(),
          backbone.gradient(parameter.name()).norm2Number().doubleValue(),
          DOUBLE,
          1e-6,
          parameter.name());
    }
  }

  @Test
  void opensAgainAsItWasSaved() throws IOException {
    Backbone backbone = backbone(NAME, CLASSES);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(backbone.graph(), file, true);
    ComputationGraph again =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    INDArray images = images(reference(NAME));
    assertEquals(backbone.graph().outputSingle(images), again.outputSingle(images));
  }

  @Test
  void bothComeInAndGoOut() {
    StateDict saved = backbone(NAME, CLASSES).stateDict();
    StateDict found = found(saved).weights();
    assertEquals(saved.names(), found.names());
    Backbone other = backbone(NAME, CLASSES);
    for (NamedParameter parameter : other.parameters()) {
      other.set(parameter.name(), Nd4j.zeros(DataType.DOUBLE, parameter.shape()));
    }
    StateDictLoader loader = new StateDictLoader(SmallTransformers.models().get(NAME), found);
    assertTrue(loader.compare(bindings()), loader::faults);
    loader.copyTo(other.graph());
    StateDict out = other.stateDict();
    for (String name : saved.names()) {
      assertArrayEquals(saved.get(name).doubles(), out.get(name).doubles(), name);
    }
  }

  private static List<ParameterBinding> bindings() {
    return Architecture.of(
            SmallTransformers.models().get(NAME), BackboneOptions.defaults().withClasses(CLASSES))
        .bindings();
  }

  private static FoundNetwork found(StateDict dict) {
    return NetworkSearch.find(dict, SmallTransformers.models().get(NAME)).orElseThrow();
  }

  @Test
  void aForeignHeadOnTheEmbeddingStandsForBoth() {
    Backbone body = backbone(NAME, 0);
    float[] weight = Golden.weights("fc.weight", new long[] {CLASSES, 24});
    float[] bias = Golden.weights("fc.bias", new long[] {CLASSES});
    StateDict.Builder dict = StateDict.builder();
    body.stateDict().tensors().forEach((name, tensor) -> dict.put("net." + name, tensor));
    dict.put("fc.weight", Tensor.of(weight, CLASSES, 24));
    dict.put("fc.bias", Tensor.of(bias, CLASSES));

    StateDict found = found(dict.build()).weights(CLASSES);
    Backbone whole = backbone(NAME, CLASSES);
    StateDictLoader loader = new StateDictLoader(SmallTransformers.models().get(NAME), found);
    assertTrue(loader.compare(bindings()), loader::faults);
    loader.copyTo(whole.graph());

    INDArray images = images(reference(NAME));
    INDArray expected =
        body.embed(images)
            .mmul(Nd4j.create(weight, CLASSES, 24).castTo(DataType.DOUBLE).transpose())
            .addiRowVector(Nd4j.create(bias).castTo(DataType.DOUBLE));
    Golden.assertClose(
        expected.dup('c').reshape(-1).toDoubleVector(),
        whole.logits(whole.embed(images)).dup('c').reshape(-1).toDoubleVector(),
        DOUBLE,
        "logits");
  }

  @Test
  void oneOfTwoIsNotEnough() {
    StateDict.Builder dict = StateDict.builder();
    backbone(NAME, CLASSES).stateDict().tensors().entrySet().stream()
        .filter(entry -> !entry.getKey().startsWith("head_dist"))
        .forEach(entry -> dict.put(entry.getKey(), entry.getValue()));
    FoundNetwork found = found(dict.build());
    assertEquals(backbone(NAME, 0).stateDict().names(), found.weights().names());
    assertEquals(
        "memory has 'head.weight' but no head_dist.weight: vit_distilled answers with the mean of"
            + " both",
        assertThrows(IllegalArgumentException.class, () -> found.weights(CLASSES)).getMessage());
  }
}
