package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.learning.config.Sgd;

/** Every field that bears on what a network computes is held to the network's own. */
class GraphComparisonTest {
  /** The fields that may be others, wherever they stand; all else is held. */
  private static final Set<String> FREE =
      Set.of(
          "iterationCount",
          "epochCount",
          "seed",
          "variables",
          "cacheMode",
          "trainingWorkspaceMode",
          "inferenceWorkspaceMode",
          "topologicalOrder",
          "topologicalOrderStr",
          "iupdater",
          "biasUpdater",
          "regularization",
          "regularizationBias",
          "lossFn");

  private final Set<String> tried = new HashSet<>();
  private int refused;

  private static ComputationGraphConfiguration configuration(String name, int classes) {
    BackboneOptions options = BackboneOptions.defaults().withClasses(classes);
    return Architecture.of(Backbones.model(name), options).configuration();
  }

  /** Together they have every kind of layer and vertex there is. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 3",
    "mobilenetv3_small_100, 0",
    "resnext50_32x4d, 0",
    "inception_v3, 2",
    "densenet121, 0"
  })
  void everyFieldOfEveryKindOfVertexIsHeld(String name, int classes) {
    JsonNode expected = GraphComparison.tree(configuration(name, classes));
    ObjectNode found = expected.deepCopy();
    assertDoesNotThrow(() -> GraphComparison.requireSame(name, expected, found));
    mutate(name, expected, found, found, "", "");
    assertTrue(refused > 100, "only " + refused);
  }

  /** Fields of the same kind of object, such as all convolutions, are tried once. */
  private void mutate(
      String name, JsonNode expected, ObjectNode root, ObjectNode at, String kind, String field) {
    String here = kind + "/" + at.path("@class").asText(field);
    for (String key : new ArrayList<>(names(at))) {
      boolean named = field.equals("vertices") || field.equals("vertexInputs");
      String id = here + "/" + (named ? "*" : key);
      JsonNode old = at.get(key);
      if (FREE.contains(key) && !named) {
        if (tried.add(id)) {
          at.put(key, "anything");
          assertDoesNotThrow(() -> GraphComparison.requireSame(name, expected, root), id);
          at.set(key, old);
        }
        continue;
      }
      if (old instanceof ObjectNode object) {
        mutate(name, expected, root, object, here, key);
      }
      if (tried.add(id)) {
        for (JsonNode other : others(old)) {
          at.set(key, other);
          IllegalArgumentException e =
              assertThrows(
                  IllegalArgumentException.class,
                  () -> GraphComparison.requireSame(name, expected, root),
                  () -> id + ": " + old + " -> " + other);
          assertTrue(e.getMessage().startsWith("not a graph of " + name), e.getMessage());
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
          refused++;
        }
        at.remove(key);
        assertThrows(
            IllegalArgumentException.class,
            () -> GraphComparison.requireSame(name, expected, root),
            () -> id + " removed");
        at.set(key, old);
      }
    }
    if (tried.add(here + "/added")) {
      at.put("added", 1);
      assertThrows(
          IllegalArgumentException.class, () -> GraphComparison.requireSame(name, expected, root));
      at.remove("added");
    }
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<JsonNode> others(JsonNode value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    List<JsonNode> others = new ArrayList<>();
    if (value.isNull()) {
      others.add(nodes.numberNode(1));
      others.add(nodes.objectNode().put("@class", "java.lang.Object"));
    } else if (value.isBoolean()) {
      others.add(nodes.booleanNode(!value.booleanValue()));
    } else if (value.isNumber()) {
      others.add(nodes.numberNode(value.doubleValue() + 1));
      others.add(nodes.numberNode(value.doubleValue() * 1.0001 + 1e-9));
    } else if (value.isTextual()) {
      others.add(nodes.textNode(value.textValue() + "x"));
    } else if (value instanceof ArrayNode array) {
      others.add(array.deepCopy().add(1));
      if (!array.isEmpty()) {
        ArrayNode changed = array.deepCopy();
        changed.set(0, nodes.textNode("x"));
        others.add(changed);
      }
    }
    others.add(nodes.textNode("something else"));
    return others;
  }

  private static Layer layer(ComputationGraphConfiguration conf, String name) {
    return ((LayerVertex) conf.getVertices().get(name)).getLayerConf().getLayer();
  }

  private static void refuse(String where, Consumer<ComputationGraphConfiguration> change) {
    ComputationGraphConfiguration conf = configuration("resnet18", 2);
    change.accept(conf);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Backbones.attach("resnet18", new ComputationGraph(conf)));
    assertTrue(e.getMessage().contains(where), e.getMessage());
  }

  /** The same through DL4J's own setters, as a program would. */
  @Test
  void whatAProgramMayHaveChangedIsNoticed() {
    refuse(
        "poolingType",
        c -> ((GlobalPoolingLayer) layer(c, "global_pool")).setPoolingType(PoolingType.MAX));
    refuse(
        "poolingType",
        c -> ((SubsamplingLayer) layer(c, "maxpool")).setPoolingType(PoolingType.AVG));
    refuse("dilation", c -> ((ConvolutionLayer) layer(c, "conv1")).setDilation(new int[] {2, 2}));
    refuse("padding", c -> ((ConvolutionLayer) layer(c, "conv1")).setPadding(new int[] {2, 2}));
    refuse(
        "activationFn",
        c -> ((ConvolutionLayer) layer(c, "conv1")).setActivationFn(new ActivationLReLU(0.3)));
    refuse(
        "activationFn",
        c -> ((OutputLayer) layer(c, "fc")).setActivationFn(new ActivationIdentity()));
    refuse("idropout", c -> layer(c, "conv1").setIDropout(new Dropout(0.5)));
    refuse(
        "weightNoise",
        c -> ((ConvolutionLayer) layer(c, "conv1")).setWeightNoise(new DropConnect(0.5)));
    refuse(
        "conv1",
        c ->
            ((LayerVertex) c.getVertices().get("conv1"))
                .getLayerConf()
                .setLayer(new FrozenLayer(layer(c, "conv1"))));
    refuse("networkOutputs", c -> c.setNetworkOutputs(List.of("global_pool")));
    refuse("bn1", c -> c.getVertexInputs().put("bn1", List.of("maxpool")));
  }

  @Test
  void lossAndUpdaterMayBeOthers() {
    ComputationGraphConfiguration conf = configuration("resnet18", 2);
    ((ConvolutionLayer) layer(conf, "conv1")).setIUpdater(new Sgd(1));
    OutputLayer head = (OutputLayer) layer(conf, "fc");
    head.setLossFn(new PlainDummyLoss());
    head.setActivationFn(new ActivationIdentity());
    assertEquals(2, Backbones.attach("resnet18", new ComputationGraph(conf)).classes());
  }
}
