package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Writes a DL4J graph one PyTorch module at a time. A layer is a vertex with the module's name; its
 * parameters join the state dict in the order of the calls, which therefore follow the order in
 * which timm's constructors create the modules. Every method takes the vertex to read from, or
 * reads from the one written last, and returns the new vertex's name.
 */
final class Net {
  static final String INPUT = "input";
  static final String EMBEDDING = "global_pool";
  static final String LOSS = "embedding";

  private final BackboneSpec spec;
  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final Map<String, Integer> channels = new HashMap<>();
  private final List<Binding> bindings = new ArrayList<>();
  private Init.OfConvolution convolutionInit = Init::kaimingFanOut;
  private String last = INPUT;

  Net(BackboneSpec spec, BackboneOptions options) {
    this.spec = spec;
    graph =
        new NeuralNetConfiguration.Builder()
            .seed(options.seed())
            .dataType(options.dataType())
            .updater(new Adam(2e-5, 0.9, 0.999, 1e-8))
            .weightDecay(0.01, true)
            .weightDecayBias(0.01, true)
            .graphBuilder()
            .addInputs(INPUT);
    channels.put(INPUT, 3);
  }

  /**
   * How the weights of the convolutions that follow are drawn; kaiming normal by fan out if unset.
   */
  void initialise(Init.OfConvolution init) {
    convolutionInit = init;
  }

  /** The vertex written last. */
  String last() {
    return last;
  }

  int channels(String vertex) {
    return channels.get(vertex);
  }

  /** A square convolution without biases. */
  String conv(String name, int out, int kernel, int stride, int padding) {
    return conv(name, last, out, kernel, stride, padding);
  }

  String conv(String name, String from, int out, int kernel, int stride, int padding) {
    int in = channels(from);
    long[] shape = {out, in, kernel, kernel};
    bind(
        name + ".weight",
        Kind.TRAINABLE,
        name,
        "W",
        Layout.SAME,
        convolutionInit.init(shape, 1),
        shape);
    return layer(
        name,
        from,
        out,
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .convolutionMode(ConvolutionMode.Truncate)
            .nIn(in)
            .nOut(out)
            .activation(Activation.IDENTITY)
            .hasBias(false)
            .build());
  }

  /** A square convolution of each channel by itself, without biases. */
  String depthwise(String name, String from, int kernel, int stride, int padding) {
    int in = channels(from);
    long[] shape = {in, 1, kernel, kernel};
    bind(
        name + ".weight",
        Kind.TRAINABLE,
        name,
        "W",
        Layout.DEPTHWISE,
        convolutionInit.init(shape, in),
        shape);
    return layer(
        name,
        from,
        in,
        new DepthwiseConvolution2D.Builder(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .convolutionMode(ConvolutionMode.Truncate)
            .depthMultiplier(1)
            .nIn(in)
            .nOut(in)
            .activation(Activation.IDENTITY)
            .hasBias(false)
            .build());
  }

  String batchNorm(String name) {
    return batchNorm(name, Init.ONES);
  }

  String batchNorm(String name, Init weight) {
    int size = channels(last);
    bind(name + ".weight", Kind.TRAINABLE, name, "gamma", Layout.SAME, weight, size);
    bind(name + ".bias", Kind.TRAINABLE, name, "beta", Layout.SAME, Init.ZEROS, size);
    bind(name + ".running_mean", Kind.STATISTIC, name, "mean", Layout.SAME, Init.ZEROS, size);
    bind(name + ".running_var", Kind.STATISTIC, name, "var", Layout.SAME, Init.ONES, size);
    bind(name + ".num_batches_tracked", Kind.COUNTER, name, null, null, null);
    return layer(
        name,
        last,
        size,
        new BatchNormalization.Builder()
            .nIn(size)
            .nOut(size)
            .eps(spec.batchNormEps())
            .decay(0.9)
            .useLogStd(false)
            .build());
  }

  String relu(String name) {
    return relu(name, last);
  }

  String relu(String name, String from) {
    return activation(name, from, Activation.RELU);
  }

  String activation(String name, String from, Activation activation) {
    return layer(name, from, channels(from), new ActivationLayer(activation));
  }

  String maxPool(String name, int kernel, int stride, int padding) {
    return layer(
        name,
        last,
        channels(last),
        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .convolutionMode(ConvolutionMode.Truncate)
            .build());
  }

  /** The sum of two feature maps of one shape. */
  String add(String name, String a, String b) {
    graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), a, b);
    return written(name, channels(a));
  }

  /**
   * Global average pooling, then the classifier or, for 0 classes, a loss layer over the embedding.
   */
  Architecture finish(int classes) {
    int size = channels(last);
    if (size != spec.embeddingSize()) {
      throw new IllegalStateException(spec + " ends with " + size + " channels");
    }
    layer(EMBEDDING, last, size, new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
    String output = classes == 0 ? LOSS : spec.classifier();
    if (classes == 0) {
      layer(output, last, size, Head.embedding());
    } else {
      long[] shape = {classes, size};
      Init init = Init.pytorchDefault(shape);
      bind(output + ".weight", Kind.TRAINABLE, output, "W", Layout.DENSE, init, shape);
      bind(output + ".bias", Kind.TRAINABLE, output, "b", Layout.SAME, init, classes);
      layer(output, last, classes, Head.classifier(size, classes));
    }
    return new Architecture(spec, graph.setOutputs(output).build(), List.copyOf(bindings));
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
      String name, Kind kind, String vertex, String key, Layout layout, Init init, long... shape) {
    bindings.add(new Binding(NamedParameter.of(name, kind, shape), vertex, key, layout, init));
  }
}
