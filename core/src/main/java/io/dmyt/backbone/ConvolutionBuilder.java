package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;

/** Writes a network's convolutions. */
final class ConvolutionBuilder {
  private final VertexBuilder net;
  private final BindingList bindings;
  private final Map<String, Integer> pruned;
  private Init.OfConvolution weights = Init::kaimingFanOut;
  private Init.OfConvolution biases = (shape, groups) -> Init.ZEROS;

  /**
   * @param pruned output channels of the convolutions that were pruned
   */
  ConvolutionBuilder(VertexBuilder net, BindingList bindings, Map<String, Integer> pruned) {
    this.net = net;
    this.bindings = bindings;
    this.pruned = pruned;
  }

  void initialiseWeights(Init.OfConvolution init) {
    weights = init;
  }

  void initialiseBiases(Init.OfConvolution init) {
    biases = init;
  }

  /** As {@link NetworkBuilder#conv(String, String, int, Kernel, int, boolean)}. */
  String add(String name, String from, int planned, Kernel window, int groups, boolean biased) {
    int in = net.channels(from);
    int out = pruned.getOrDefault(name, planned);
    if (groups == 1) {
      bindConvolution(name, List.of(name), Layout.SAME, out, in, window, 1, biased);
      return net.layer(name, from, out, StockLayers.convolution(in, out, window, biased));
    }
    if (groups == in) {
      bindConvolution(name, List.of(name), Layout.DEPTHWISE, out, 1, window, groups, biased);
      return net.layer(name, from, out, StockLayers.depthwise(in, out / in, window, biased));
    }
    return split(name, from, out, window, groups, biased);
  }

  /** DL4J has no groups: each is a convolution of its own, over its share of the channels. */
  private String split(
      String name, String from, int out, Kernel window, int groups, boolean biased) {
    int share = net.channels(from) / groups;
    List<String> parts = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      String part = name + ".group" + g;
      String in = part + ".in";
      net.graph.addVertex(in, new SubsetVertex(g * share, (g + 1) * share - 1), from);
      net.graph.addLayer(part, StockLayers.convolution(share, out / groups, window, biased), in);
      parts.add(part);
    }
    bindConvolution(name, parts, Layout.SAME, out, share, window, groups, biased);
    net.graph.addVertex(name, new MergeVertex(), parts.toArray(String[]::new));
    return net.written(name, out);
  }

  private void bindConvolution(
      String name,
      List<String> vertices,
      Layout layout,
      int out,
      int in,
      Kernel window,
      int groups,
      boolean biased) {
    long[] shape = {out, in, window.kernelHeight(), window.kernelWidth()};
    bindings.bind(name + ".weight", vertices, "W", layout, weights.init(shape, groups), shape);
    if (biased) {
      Init init = biases.init(shape, groups);
      bindings.bind(name + ".bias", vertices, "b", Layout.VECTOR, init, out);
    }
  }
}
