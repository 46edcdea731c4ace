package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.backbone.layer.FunctionVertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Writes a DL4J graph one PyTorch module at a time. A layer is a vertex with the module's name; its
 * parameters join the state dict in the order of the calls, which therefore follow the order in
 * which timm's constructors create the modules. Methods read from the vertex written last unless
 * one is given, and return the name of the one they write.
 */
public final class NetworkBuilder {
  static final String INPUT = "input";
  static final String EMBEDDING = "global_pool";
  static final String LOSS = "embedding";

  private final BackboneSpec spec;
  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final Map<String, Integer> channels = new HashMap<>();
  private final BindingList bindings = new BindingList();
  private Init.OfConvolution convolutionInit = Init::kaimingFanOut;
  private Init.OfConvolution convolutionBias = (shape, groups) -> Init.ZEROS;
  private Function<long[], Init> classifierWeight = Init::pytorchDefault;
  private Function<long[], Init> classifierBias = Init::pytorchDefault;
  private final Map<String, Integer> pruned;
  private double batchNormEps;
  private String last = INPUT;

  NetworkBuilder(BackboneSpec spec, BackboneOptions options) {
    this.spec = spec;
    batchNormEps = spec.batchNormEps();
    pruned = Pruning.of(spec.name());
    graph =
        new NeuralNetConfiguration.Builder()
            .seed(options.seed())
            .dataType(options.dataType())
            .updater(new Adam())
            .graphBuilder()
            .addInputs(INPUT);
    channels.put(INPUT, 3);
  }

  /** How the weights of convolutions are drawn; kaiming normal by fan out if unset. */
  public void initialiseConvolutions(Init.OfConvolution init) {
    convolutionInit = init;
  }

  /** How the weights and biases of convolutions are drawn from the weights' shape. */
  public void initialiseConvolutions(Init.OfConvolution weight, Init.OfConvolution bias) {
    convolutionInit = weight;
    convolutionBias = bias;
  }

  /**
   * How the classifier's weights and biases are drawn from the weights' shape; PyTorch's way if
   * unset.
   */
  public void initialiseClassifier(Function<long[], Init> weight, Function<long[], Init> bias) {
    classifierWeight = weight;
    classifierBias = bias;
  }

  /** The constant added to the variance by the batch normalisations written from here on. */
  public void batchNormEps(double eps) {
    batchNormEps = eps;
  }

  /**
   * Writes something whose parameters come earlier in the state dict than it comes in the graph.
   *
   * @param position where, as {@link #position} said
   */
  public void inStateDictAt(int position, Runnable writing) {
    bindings.at(position, writing);
  }

  /** The number of entries that the state dict has so far. */
  public int position() {
    return bindings.size();
  }

  /**
   * Moves parameters behind all others of the state dict so far.
   *
   * @param first their position
   */
  void moveToEnd(int first, int count) {
    bindings.moveToEnd(first, count);
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

  /** A convolution without biases. */
  public String conv(String name, int out, Kernel window) {
    return conv(name, last, out, window);
  }

  /** A convolution without biases. */
  public String conv(String name, String from, int out, Kernel window) {
    return conv(name, from, out, window, 1, false);
  }

  /** A convolution with biases, which start at 0 unless said otherwise. */
  public String biasedConv(String name, String from, int out, Kernel window) {
    return conv(name, from, out, window, 1, true);
  }

  /** A convolution in groups without biases. */
  public String groupedConv(String name, int out, Kernel window, int groups) {
    return conv(name, last, out, window, groups, false);
  }

  /** A convolution of each channel by itself, without biases. */
  public String depthwise(String name, String from, Kernel window) {
    return conv(name, from, channels(from), window, channels(from), false);
  }

  /**
   * A convolution.
   *
   * @param planned output channels, unless the network was pruned
   * @param groups into which input and output channels are divided; as many as there are input
   *     channels for a depthwise convolution
   * @param biased whether it has biases, which start at 0 unless said otherwise
   */
  public String conv(
      String name, String from, int planned, Kernel window, int groups, boolean biased) {
    int in = channels(from);
    int out = pruned.getOrDefault(name, planned);
    if (groups == 1) {
      bindConvolution(name, List.of(name), Layout.SAME, out, in, window, 1, biased);
      return layer(name, from, out, StockLayers.convolution(in, out, window, biased));
    }
    if (groups == in) {
      bindConvolution(name, List.of(name), Layout.DEPTHWISE, out, 1, window, groups, biased);
      return layer(name, from, out, StockLayers.depthwise(in, out / in, window, biased));
    }
    return split(name, from, out, window, groups, biased);
  }

  /** DL4J has no groups: each is a convolution of its own, over its share of the channels. */
  private String split(
      String name, String from, int out, Kernel window, int groups, boolean biased) {
    int share = channels(from) / groups;
    List<String> parts = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      String part = name + ".group" + g;
      String in = part + ".in";
      graph.addVertex(in, new SubsetVertex(g * share, (g + 1) * share - 1), from);
      graph.addLayer(part, StockLayers.convolution(share, out / groups, window, biased), in);
      parts.add(part);
    }
    bindConvolution(name, parts, Layout.SAME, out, share, window, groups, biased);
    graph.addVertex(name, new MergeVertex(), parts.toArray(String[]::new));
    return written(name, out);
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
    bind(name + ".weight", vertices, "W", layout, convolutionInit.init(shape, groups), shape);
    if (biased) {
      Init init = convolutionBias.init(shape, groups);
      bind(name + ".bias", vertices, "b", Layout.VECTOR, init, out);
    }
  }

  /** Batch normalisation whose weights start at 1. */
  public String batchNorm(String name) {
    return batchNorm(name, Init.ONES);
  }

  /** Batch normalisation whose weights are drawn so. */
  public String batchNorm(String name, Init weight) {
    int size = channels(last);
    List<String> vertex = List.of(name);
    bind(name + ".weight", vertex, "gamma", Layout.VECTOR, weight, size);
    bind(name + ".bias", vertex, "beta", Layout.VECTOR, Init.ZEROS, size);
    bind(name + ".running_mean", Kind.STATISTIC, vertex, "mean", Layout.VECTOR, Init.ZEROS, size);
    bind(name + ".running_var", Kind.STATISTIC, vertex, "var", Layout.VECTOR, Init.ONES, size);
    bind(
        name + ".num_batches_tracked",
        Kind.COUNTER,
        vertex,
        ParameterBinding.NO_KEY,
        Layout.SAME,
        Init.ZEROS);
    return layer(name, last, size, StockLayers.batchNorm(size, batchNormEps));
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

  /** A dense layer with biases, which start at 0, on [batch, channels, 1, 1]. */
  String dense(String name, String from, int out, Init weight) {
    int in = channels(from);
    bind(name + ".weight", List.of(name), "W", Layout.POINTWISE, weight, out, in);
    bind(name + ".bias", List.of(name), "b", Layout.VECTOR, Init.ZEROS, out);
    return layer(name, from, out, StockLayers.convolution(in, out, Kernel.of(1, 1, 0), true));
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

  /** A table that the architecture fixes and the state dict has an entry for. */
  public void constant(String name, INDArray values) {
    bindings.add(ParameterBinding.constant(name, values));
  }

  /**
   * A vertex of ours. Its parameters stand in the state dict as {@code PREFIX.KEY}, and {@link
   * FunctionVertex#WHOLE} as the prefix alone.
   *
   * @param prefix of its parameters
   * @param out channels of its value
   * @param inits how its parameters start, by their keys
   */
  public String function(
      String name,
      String prefix,
      FunctionVertex vertex,
      int out,
      Map<String, Init> inits,
      String... from) {
    graph.addVertex(name, vertex, from);
    vertex
        .parameterShapes()
        .forEach(
            (key, shape) ->
                bind(
                    key.equals(FunctionVertex.WHOLE) ? prefix : prefix + "." + key,
                    List.of(name),
                    key,
                    Layout.SAME,
                    Objects.requireNonNull(inits.get(key), key),
                    shape));
    return written(name, out);
  }

  /** A vertex of ours without parameters that keeps its input's channels. */
  public String function(String name, FunctionVertex vertex, String from) {
    return function(name, name, vertex, channels(from), Map.of(), from);
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

  /**
   * Global average pooling, unless the network has written {@link #EMBEDDING} itself, then the
   * classifier or, for 0 classes, a loss layer over the embedding.
   */
  Architecture finish(int classes) {
    int size = channels(last);
    if (size != spec.embeddingSize()) {
      throw new IllegalStateException(spec + " ends with " + size + " channels");
    }
    if (!last.equals(EMBEDDING)) {
      layer(EMBEDDING, last, size, new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
    }
    String output = classes == 0 ? LOSS : spec.classifier();
    if (classes == 0) {
      layer(output, last, size, Head.embedding());
    } else {
      long[] shape = {classes, size};
      List<String> vertex = List.of(output);
      bind(output + ".weight", vertex, "W", Layout.DENSE, classifierWeight.apply(shape), shape);
      bind(output + ".bias", vertex, "b", Layout.VECTOR, classifierBias.apply(shape), classes);
      layer(output, last, classes, Head.classifier(size, classes));
    }
    return new Architecture(spec, graph.setOutputs(output).build(), bindings.list());
  }

  private String layer(String name, String from, int out, Layer layer) {
    graph.addLayer(name, layer, from);
    return written(name, out);
  }

  private String written(String name, int out) {
    channels.put(name, out);
    last = name;
    return name;
  }

  private void bind(
      String name, List<String> vertices, String key, Layout layout, Init init, long... shape) {
    bind(name, Kind.TRAINABLE, vertices, key, layout, init, shape);
  }

  private void bind(
      String name,
      Kind kind,
      List<String> vertices,
      String key,
      Layout layout,
      Init init,
      long... shape) {
    bindings.add(
        new ParameterBinding(NamedParameter.of(name, kind, shape), vertices, key, layout, init));
  }
}
