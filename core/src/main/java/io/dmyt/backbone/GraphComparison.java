package io.dmyt.backbone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.internal.Json;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * Compares a graph's configuration with the one that a network is built with, field by field in
 * DL4J's JSON: whatever a field is called and whatever it does, it has to be the same, unless it is
 * among those that bear on training alone.
 *
 * <p>Names of classes are fields like others. So a configuration that is the same names no class
 * but those that this library itself has put there, save within the fields that may differ, which
 * {@link TrainingSettings} answers for.
 */
final class GraphComparison {
  /** Of the whole configuration. Order and workspaces are DL4J's bookkeeping. */
  private static final Set<String> FREE_IN_GRAPH =
      Set.of(
          "iterationCount",
          "epochCount",
          "trainingWorkspaceMode",
          "inferenceWorkspaceMode",
          "cacheMode",
          "topologicalOrder",
          "topologicalOrderStr");

  /** Of the settings of a layer beside the layer, and of the default ones. */
  private static final Set<String> FREE_BESIDE_LAYER =
      Set.of("iterationCount", "epochCount", "seed", "variables", "cacheMode");

  /** Of a layer. The loss is whatever the caller puts there. */
  private static final Set<String> FREE_IN_LAYER =
      Set.of("iupdater", "biasUpdater", "regularization", "regularizationBias", "lossFn");

  /**
   * Of a vertex with parameters of its own. DL4J notes its name there and the data type, which is
   * the whole configuration's, when it initialises the graph.
   */
  private static final Set<String> FREE_IN_VERTEX =
      Set.of(
          "updater",
          "biasUpdater",
          "regularization",
          "regularizationBias",
          "dataType",
          "layerName",
          "name");

  private final String network;

  private GraphComparison(String network) {
    this.network = network;
  }

  /** A configuration as the tree of its JSON. */
  static JsonNode tree(ComputationGraphConfiguration configuration) {
    try {
      return Json.mapper().readTree(configuration.toJson());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Sees to it that both are the same network.
   *
   * @throws IllegalArgumentException if they are not; the message says where they differ
   */
  static void requireSame(String network, JsonNode expected, JsonNode found) {
    new GraphComparison(network).compare(new ArrayList<>(), expected, found);
  }

  private void compare(List<String> path, JsonNode expected, JsonNode found) {
    if (expected.isObject() && found.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      found.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        if (!mayDiffer(path, name)) {
          path.add(name);
          compare(path, expected.path(name), found.path(name));
          path.remove(path.size() - 1);
        }
      }
    } else if (!expected.equals(found)) {
      throw new IllegalArgumentException(
          Text.format(
              "not a graph of %s: %s: expected %s, found %s",
              network, Quoted.line(where(path)), brief(expected), brief(found)));
    }
  }

  /** Whether a field of the object at the path is none of this comparison's business. */
  static boolean mayDiffer(List<String> path, String name) {
    return switch (path.size()) {
      case 0 -> FREE_IN_GRAPH.contains(name);
      case 1 -> path.get(0).equals("defaultConfiguration") && FREE_BESIDE_LAYER.contains(name);
      case 2 -> path.get(0).equals("vertices") && FREE_IN_VERTEX.contains(name);
      case 3 ->
          path.get(0).equals("vertices")
              && path.get(2).equals("layerConf")
              && FREE_BESIDE_LAYER.contains(name);
      case 4 ->
          path.get(0).equals("vertices")
              && path.get(2).equals("layerConf")
              && path.get(3).equals("layer")
              && FREE_IN_LAYER.contains(name);
      default -> false;
    };
  }

  private static String where(List<String> path) {
    return path.isEmpty() ? "configuration" : String.join(" > ", path);
  }

  private static String brief(JsonNode value) {
    return value.isMissingNode() ? "nothing" : Quoted.line(value.toString());
  }
}
