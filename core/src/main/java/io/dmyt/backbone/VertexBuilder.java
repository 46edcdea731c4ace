package io.dmyt.backbone;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.nd4j.linalg.activations.Activation;

/** The part of a {@link NetworkBuilder} that writes vertices without parameters. */
abstract class VertexBuilder {
  final GraphBuilder graph;
  private final Map<String, Integer> channels = new HashMap<>();
  private String last;

  VertexBuilder(GraphBuilder graph, String input, int inputChannels) {
    this.graph = graph;
    graph.addInputs(input);
    written(input, inputChannels);
  }

  /** Goes on from another vertex. */
  public void continueFrom(String vertex) {
    last = vertex;
  }

  /** The vertex written last. */
  public String last() {
    return last;
  }

  /** How many channels a vertex has. */
  public int channels(String vertex) {
    return Objects.requireNonNull(channels.get(vertex), vertex);
  }

  /** One of DL4J's activation functions. */
  public String activation(String name, String from, Activation activation) {
    return layer(name, from, channels(from), new ActivationLayer(activation));
  }

  /** An activation function. */
  public String act(String name, ActivationFunction act) {
    return act.add(this, name, last);
  }

  /** ReLU. */
  public String relu(String name) {
    return relu(name, last);
  }

  /** ReLU. */
  public String relu(String name, String from) {
    return ActivationFunction.RELU.add(this, name, from);
  }

  /** Max pooling. */
  public String maxPool(String name, Kernel window) {
    return maxPool(name, last, window);
  }

  /** Max pooling. */
  public String maxPool(String name, String from, Kernel window) {
    return pool(name, from, window, SubsamplingLayer.PoolingType.MAX);
  }

  /**
   * Max pooling by windows of 3 × 3 with stride 2 of values that are at least 0, such as ReLU's;
   * unlike without {@code ceil_mode} in PyTorch, a pixel that is left over at the bottom or right
   * is pooled too. The zeros that fill up its window change no such maximum.
   */
  String ceilingMaxPool(String name, String from) {
    return maxPool(name, zeroPadding(name + ".pad", from, 0, 1), Kernel.of(3, 2, 0));
  }

  /** Zeros above and on the left, and so many below and on the right. */
  String zeroPadding(String name, String from, int before, int after) {
    ZeroPaddingLayer padding = new ZeroPaddingLayer.Builder(before, after, before, after).build();
    return layer(name, from, channels(from), padding);
  }

  /** Each example's vector over its length. */
  String unitLength(String name, String from) {
    // No dimensions: all but the first. The bound on the length is PyTorch's.
    graph.addVertex(name, new L2NormalizeVertex(null, 1e-12), from);
    return written(name, channels(from));
  }

  /** Average pooling that counts padding as zeros, as PyTorch's does by default. */
  public String averagePool(String name, String from, Kernel window) {
    return pool(name, from, window, SubsamplingLayer.PoolingType.AVG);
  }

  /** Average pooling over the pixels that are in the image. */
  public String averageOfImage(String name, String from, Kernel window) {
    return layer(
        name,
        from,
        channels(from),
        StockLayers.pooling(SubsamplingLayer.PoolingType.AVG, window, false));
  }

  private String pool(String name, String from, Kernel window, SubsamplingLayer.PoolingType type) {
    return layer(name, from, channels(from), StockLayers.pooling(type, window, true));
  }

  /** Each pixel as a square of so many in each direction. */
  String upsample(String name, String from, int factor) {
    return layer(name, from, channels(from), new Upsampling2D.Builder(factor).build());
  }

  /** Each channel's mean: [batch, channels, 1, 1]. */
  public String mean(String name, String from) {
    return layer(
        name,
        from,
        channels(from),
        new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(false).build());
  }

  /** The sum of two feature maps of one shape. */
  public String add(String name, String a, String b) {
    return elementWise(name, ElementWiseVertex.Op.Add, a, b);
  }

  /** The product of a feature map and another, or [batch, channels, 1, 1]. */
  public String multiply(String name, String a, String b) {
    return elementWise(name, ElementWiseVertex.Op.Product, a, b);
  }

  private String elementWise(String name, ElementWiseVertex.Op op, String a, String b) {
    graph.addVertex(name, new ElementWiseVertex(op), a, b);
    return written(name, channels(a));
  }

  /** So many of the channels, from one on. */
  String subset(String name, String from, int first, int count) {
    graph.addVertex(name, new SubsetVertex(first, first + count - 1), from);
    return written(name, count);
  }

  /** Feature maps of one height and width, channel after channel. */
  public String concatenate(String name, String... parts) {
    graph.addVertex(name, new MergeVertex(), parts);
    int total = 0;
    for (String part : parts) {
      total += channels(part);
    }
    return written(name, total);
  }

  /** A layer of DL4J's without parameters. */
  public String plain(String name, Layer layer, int out, String from) {
    return layer(name, from, out, layer);
  }

  /** A vertex without parameters that keeps its input's shape. */
  public String vertex(String name, GraphVertex vertex, String from) {
    graph.addVertex(name, vertex, from);
    return written(name, channels(from));
  }

  final String layer(String name, String from, int out, Layer layer) {
    graph.addLayer(name, layer, from);
    return written(name, out);
  }

  final String written(String name, int out) {
    channels.put(name, out);
    last = name;
    return name;
  }
}
