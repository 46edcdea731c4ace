package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Tells whether a graph is the network that somebody says it is. */
final class Attachment {
  private Attachment() {}

  /** The number of outputs of the graph's classifier, 0 if it has none. */
  static int classes(BackboneSpec spec, ComputationGraph graph) {
    GraphVertex head = graph.getConfiguration().getVertices().get(spec.classifier());
    return head instanceof LayerVertex vertex
            && vertex.getLayerConf().getLayer() instanceof OutputLayer layer
        ? Math.toIntExact(layer.getNOut())
        : 0;
  }

  static void check(Architecture expected, ComputationGraph graph) {
    ComputationGraphConfiguration wanted = expected.configuration();
    ComputationGraphConfiguration found = graph.getConfiguration();
    same(expected, "vertices", wanted.getVertices().keySet(), found.getVertices().keySet());
    same(expected, "outputs", wanted.getNetworkOutputs(), found.getNetworkOutputs());
    wanted
        .getVertices()
        .forEach(
            (name, vertex) -> {
              same(
                  expected,
                  "inputs of " + name,
                  wanted.getVertexInputs().get(name),
                  found.getVertexInputs().get(name));
              same(expected, name, signature(vertex), signature(found.getVertices().get(name)));
            });
  }

  private static void same(Architecture expected, String what, Object wanted, Object found) {
    if (!wanted.equals(found)) {
      throw new IllegalArgumentException(
          "not a graph of %s: %s: expected %s, found %s"
              .formatted(expected.spec().name(), what, brief(wanted), brief(found)));
    }
  }

  private static String brief(Object value) {
    String text = String.valueOf(value);
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  /** Everything about a vertex that bears on what it computes, but for the head's loss. */
  private static List<Object> signature(GraphVertex vertex) {
    List<Object> parts = new ArrayList<>(List.of(vertex.getClass().getSimpleName()));
    if (!(vertex instanceof LayerVertex layerVertex)) {
      parts.add(vertex);
      return parts;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    parts.add(layer.getClass().getSimpleName());
    if (layer instanceof ConvolutionLayer conv) {
      parts.add(
          Map.of(
              "in", conv.getNIn(),
              "out", conv.getNOut(),
              "kernel", ints(conv.getKernelSize()),
              "stride", ints(conv.getStride()),
              "padding", ints(conv.getPadding()),
              "mode", conv.getConvolutionMode(),
              "bias", conv.hasBias()));
    } else if (layer instanceof BatchNormalization norm) {
      parts.add(Map.of("size", norm.getNOut(), "eps", norm.getEps(), "log", norm.isUseLogStd()));
    } else if (layer instanceof SubsamplingLayer pool) {
      parts.add(
          Map.of(
              "type", pool.getPoolingType(),
              "kernel", ints(pool.getKernelSize()),
              "stride", ints(pool.getStride()),
              "padding", ints(pool.getPadding()),
              "mode", pool.getConvolutionMode()));
    } else if (layer instanceof ActivationLayer activation) {
      parts.add(activation.getActivationFn());
    } else if (layer instanceof OutputLayer output) {
      parts.add(Map.of("in", output.getNIn(), "out", output.getNOut()));
    }
    return parts;
  }

  private static List<Integer> ints(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
