package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.HeadsInput;
import io.dmyt.backbone.layer.UnitLength;
import io.dmyt.hub.TimmWeights;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Writes a DL4J graph one PyTorch module at a time. A layer is a vertex with the module's name; its
 * parameters join the state dict in the order of the calls, which therefore follow the order in
 * which timm's constructors create the modules. Methods read from the vertex written last unless
 * one is given, and return the name of the one they write.
 */
public final class NetworkBuilder extends VertexBuilder {
  static final String INPUT = "input";
  static final String EMBEDDING = "global_pool";
  static final String UNIT_LENGTH = "unit_length";
  static final String LOSS = "embedding";

  private final BackboneSpec spec;
  private final int imageSize;
  private final int classes;
  private final BindingList bindings = new BindingList();
  private final ConvolutionBuilder convolutions;
  private Function<long[], Init> classifierWeight = Init::pytorchDefault;
  private Function<long[], Init> classifierBias = Init::pytorchDefault;
  private Layout classifierLayout = Layout.DENSE;
  private double batchNormEps;

  NetworkBuilder(BackboneSpec spec, BackboneOptions options) {
    super(
        new NeuralNetConfiguration.Builder()
            .seed(options.seed())
            .dataType(options.dataType())
            .updater(new Adam())
            .graphBuilder(),
        INPUT,
        3);
    this.spec = spec;
    imageSize = options.imageSize() == 0 ? spec.imageSize() : options.imageSize();
    classes = options.classes();
    batchNormEps = spec.batchNormEps();
    convolutions =
        new ConvolutionBuilder(this, bindings, Pruning.of(TimmWeights.architecture(spec.name())));
  }

  /** How the weights of convolutions are drawn; kaiming normal by fan out if unset. */
  public void initialiseConvolutions(Init.OfConvolution init) {
    convolutions.initialiseWeights(init);
  }

  /** How the weights and biases of convolutions are drawn from the weights' shape. */
  public void initialiseConvolutions(Init.OfConvolution weight, Init.OfConvolution bias) {
    convolutions.initialiseWeights(weight);
    convolutions.initialiseBiases(bias);
  }

  /**
   * How the classifier's weights and biases are drawn from the weights' shape; PyTorch's way if
   * unset.
   */
  public void initialiseClassifier(Function<long[], Init> weight, Function<long[], Init> bias) {
    classifierWeight = weight;
    classifierBias = bias;
  }

  /** The classifier is a 1×1 convolution in timm: its weights are [classes, features, 1, 1]. */
  public void convolutionalClassifier() {
    classifierLayout = Layout.DENSE_AS_CONVOLUTION;
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

  /** What the network is. */
  BackboneSpec spec() {
    return spec;
  }

  /** The height and width in pixels of the images to come. */
  int imageSize() {
    return imageSize;
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

  /** A convolution without biases. */
  public String conv(String name, int out, Kernel window) {
    return conv(name, last(), out, window);
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
    return conv(name, last(), out, window, groups, false);
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
    return convolutions.add(name, from, planned, window, groups, biased);
  }

  /** Batch normalisation whose weights start at 1. */
  public String batchNorm(String name) {
    return batchNorm(name, Init.ONES);
  }

  /** Batch normalisation whose weights are drawn so. */
  public String batchNorm(String name, Init weight) {
    return batchNorm(name, weight, Init.ZEROS);
  }

  /** Batch normalisation whose weights and biases are drawn so. */
  public String batchNorm(String name, Init weight, Init bias) {
    String vertex = normalisation(name, Layout.VECTOR, weight, bias);
    bindings.bind(
        name + ".num_batches_tracked",
        Kind.COUNTER,
        List.of(vertex),
        ParameterBinding.NO_KEY,
        Layout.SAME,
        Init.ZEROS);
    return vertex;
  }

  /** InplaceABN's batch normalisation, which has no counter. */
  String inplaceBatchNorm(String name, Init weight) {
    return normalisation(name, Layout.MAGNITUDE, weight, Init.ZEROS);
  }

  private String normalisation(String name, Layout layout, Init weight, Init bias) {
    int size = channels(last());
    List<String> vertex = List.of(name);
    bindings.bind(name + ".weight", vertex, "gamma", layout, weight, size);
    bindings.bind(name + ".bias", vertex, "beta", Layout.VECTOR, bias, size);
    bindings.bind(
        name + ".running_mean", Kind.STATISTIC, vertex, "mean", Layout.VECTOR, Init.ZEROS, size);
    bindings.bind(
        name + ".running_var", Kind.STATISTIC, vertex, "var", Layout.VECTOR, Init.ONES, size);
    return layer(name, last(), size, StockLayers.batchNorm(size, batchNormEps));
  }

  /** A dense layer with biases, which start at 0, on [batch, channels, 1, 1]. */
  String dense(String name, String from, int out, Init weight) {
    int in = channels(from);
    bindings.bind(name + ".weight", List.of(name), "W", Layout.POINTWISE, weight, out, in);
    bindings.bind(name + ".bias", List.of(name), "b", Layout.VECTOR, Init.ZEROS, out);
    return layer(name, from, out, StockLayers.convolution(in, out, Kernel.of(1, 1, 0), true));
  }

  /** A table that the architecture fixes and the state dict has an entry for. */
  public void constant(String name, INDArray values) {
    bindings.add(ParameterBinding.constant(name, values));
  }

  /** Another entry of the state dict for a parameter that has one. */
  void shared(String name, String original) {
    bindings.share(name, original);
  }

  /**
   * A vertex of ours. Its parameters stand in the state dict as {@code PREFIX.KEY}, with "_" for
   * each "-" of the key, and {@link FunctionVertex#WHOLE} as the prefix alone.
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
                bindings.bind(
                    key.equals(FunctionVertex.WHOLE)
                        ? prefix
                        : prefix + "." + key.replace('-', '_'),
                    List.of(name),
                    key,
                    Layout.SAME,
                    Objects.requireNonNull(inits.get(key), key),
                    shape));
    return written(name, out);
  }

  /**
   * A vertex of ours whose only parameter is a scalar in the state dict.
   *
   * @param parameter its name there
   * @param init how it starts
   */
  String scalar(String name, String parameter, FunctionVertex vertex, Init init, String from) {
    graph.addVertex(name, vertex, from);
    bindings.bind(parameter, List.of(name), FunctionVertex.WHOLE, Layout.SCALAR, init);
    return written(name, channels(from));
  }

  /** A vertex of ours without parameters that keeps its input's channels. */
  public String function(String name, FunctionVertex vertex, String from) {
    return function(name, name, vertex, channels(from), Map.of(), from);
  }

  /** The number of the classifier's outputs, 0 for a network without. */
  int classes() {
    return classes;
  }

  /**
   * Global average pooling, unless the network has written {@link #EMBEDDING} itself, then the
   * classifier or, for 0 classes, a loss layer over the embedding, brought to length 1 if asked
   * for.
   */
  Architecture finish(boolean unitLength) {
    if (!last().equals(EMBEDDING)) {
      int features = channels(last());
      layer(EMBEDDING, last(), features, new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
    }
    int size = channels(last());
    boolean twoHeads = classes > 0 && size == 2 * spec.embeddingSize();
    if (size != spec.embeddingSize() && !twoHeads) {
      throw new IllegalStateException(spec + " ends with " + size + " channels");
    }
    if (unitLength) {
      Classifier.requireOne(spec, twoHeads);
      function(UNIT_LENGTH, new UnitLength(), EMBEDDING);
    }
    String output = classes == 0 ? LOSS : spec.classifier();
    if (classes == 0) {
      layer(output, last(), size, Head.embedding());
    } else {
      Classifier head = new Classifier(spec, classes, classifierWeight, classifierBias);
      head.bind(bindings, classifierLayout, twoHeads);
      String from = twoHeads ? function(output + "_input", new HeadsInput(), last()) : last();
      layer(output, from, classes, head.layer(twoHeads));
    }
    return new Architecture(spec, graph.setOutputs(output).build(), bindings.list());
  }
}
