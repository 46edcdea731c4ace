package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads DL4J's vertices as nodes of a {@link Region}. Subclasses of a known layer are strangers.
 */
final class LayerReader {
  private final Region region;
  private final ComputationGraph graph;
  private final long base;

  LayerReader(Region region, ComputationGraph graph) {
    this.region = region;
    this.graph = graph;
    INDArray parameters = graph.params();
    this.base = parameters.isEmpty() ? 0 : Address.of(parameters);
  }

  /** Adds the nodes of {@code vertex}, or says why it can't; nodes added before that are void. */
  String read(GraphVertex vertex, List<Integer> inputs) {
    String name = vertex.getVertexName();
    if (vertex instanceof LayerVertex layerVertex) {
      if (layerVertex.getLayerPreProcessor() != null) {
        return "has a preprocessor";
      }
      TrainingConfig config = vertex.getLayer().getConfig();
      return config instanceof Layer layer
          ? layer(name, layer, vertex.getLayer(), inputs.get(0))
          : "is no single layer";
    }
    return new VertexReader(region)
        .read(name, graph.getConfiguration().getVertices().get(name), inputs);
  }

  private String layer(String name, Layer layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.getIDropout() != null) {
      return "drops out its input";
    }
    if (layer instanceof BaseLayer weighted && weighted.getWeightNoise() != null) {
      return "has noise on its weights";
    }
    Class<?> type = layer.getClass();
    boolean flat = region.flat(input);
    if (type == ActivationLayer.class) {
      return activated(name, ((ActivationLayer) layer).getActivationFn(), input, true);
    }
    if (type == BatchNormalization.class) {
      return norm(name, (BatchNormalization) layer, impl, input);
    }
    if (type == DenseLayer.class) {
      return flat ? dense(name, (DenseLayer) layer, impl, input) : "reads images";
    }
    if (flat) {
      return "is a " + type.getSimpleName();
    }
    if (type == ConvolutionLayer.class || type == Convolution2D.class) {
      return convolution(name, (ConvolutionLayer) layer, impl, input);
    }
    if (type == DepthwiseConvolution2D.class) {
      return depthwise(name, (DepthwiseConvolution2D) layer, impl, input);
    }
    if (type == SeparableConvolution2D.class) {
      return separable(name, (SeparableConvolution2D) layer, impl, input);
    }
    if (type == SubsamplingLayer.class) {
      return pool(name, (SubsamplingLayer) layer, input);
    }
    if (type == GlobalPoolingLayer.class) {
      return globalPool(name, (GlobalPoolingLayer) layer, input);
    }
    if (type == ZeroPaddingLayer.class) {
      ZeroPaddingLayer pad = (ZeroPaddingLayer) layer;
      int[] p = pad.getPadding();
      if (pad.getDataFormat() != CNN2DFormat.NCHW) {
        return "is channels-last";
      }
      region.add(name, new Op.ZeroPad(p[0], p[1], p[2], p[3]), List.of(input), false);
      return null;
    }
    return "is a " + type.getSimpleName();
  }

  private String convolution(
      String name, ConvolutionLayer layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      return "is channels-last";
    }
    int[] k = layer.getKernelSize();
    long[] dims = {layer.getNOut(), layer.getNIn(), k[0], k[1]};
    Op.Parameter weights = parameter(impl, "W", dims, Format.rowMajor(dims));
    return convolution(name, layer, weights, bias(impl, layer.hasBias()), 1, window(layer), input);
  }

  private String depthwise(
      String name, DepthwiseConvolution2D layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      return "is channels-last";
    }
    int[] k = layer.getKernelSize();
    long in = layer.getNIn();
    long each = layer.getDepthMultiplier();
    // DL4J's are (height, width, in, multiplier).
    Op.Parameter weights =
        parameter(
            impl,
            "W",
            new long[] {in, each, 1, k[0], k[1]},
            new long[] {each, 1, 1, k[1] * in * each, in * each});
    return convolution(
        name, layer, weights, bias(impl, layer.hasBias()), (int) in, window(layer), input);
  }

  private String separable(
      String name, SeparableConvolution2D layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      return "is channels-last";
    }
    int[] k = layer.getKernelSize();
    long in = layer.getNIn();
    long each = layer.getDepthMultiplier();
    long area = (long) k[0] * k[1];
    // DL4J's are (multiplier, in, height, width).
    Op.Parameter depth =
        parameter(
            impl,
            "W",
            new long[] {in, each, 1, k[0], k[1]},
            new long[] {area, in * area, 1, k[1], 1});
    int middle =
        region.add(
            name,
            new Op.Convolution(depth, null, (int) in, (int) (in * each), false, window(layer)),
            List.of(input),
            false);
    long[] dims = {layer.getNOut(), in * each, 1, 1};
    Op.Parameter point = parameter(impl, "pW", dims, Format.rowMajor(dims));
    return convolution(
        name, layer, point, bias(impl, layer.hasBias()), 1, KernelGeometry.point(), middle);
  }

  private String convolution(
      String name,
      ConvolutionLayer layer,
      Op.Parameter weights,
      Op.Parameter bias,
      int groups,
      KernelGeometry window,
      int input) {
    int channels =
        groups == 1 ? (int) layer.getNOut() : (int) (weights.dims()[0] * weights.dims()[1]);
    int node =
        region.add(
            name,
            new Op.Convolution(weights, bias, groups, channels, false, window),
            List.of(input),
            false);
    return activated(name, layer.getActivationFn(), node, false);
  }

  private String dense(
      String name, DenseLayer layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.isHasLayerNorm()) {
      return "has layer norm";
    }
    long in = layer.getNIn();
    long out = layer.getNOut();
    INDArray w = impl.getParam("W");
    long[] strides = {w.stride(1), w.stride(0), 1, 1};
    Op.Parameter weights = parameter(impl, "W", new long[] {out, in, 1, 1}, strides);
    int node =
        region.add(
            name,
            new Op.Convolution(
                weights, bias(impl, layer.hasBias()), 1, (int) out, true, KernelGeometry.point()),
            List.of(input),
            true);
    return activated(name, layer.getActivationFn(), node, false);
  }

  private static KernelGeometry window(ConvolutionLayer layer) {
    return KernelGeometry.of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }

  private String norm(
      String name, BatchNormalization layer, org.deeplearning4j.nn.api.Layer impl, int input) {
    if (layer.getCnn2DFormat() != CNN2DFormat.NCHW) {
      return "is channels-last";
    }
    if (layer.isLockGammaBeta()) {
      return "has gamma and beta locked";
    }
    long[] size = {layer.getNOut()};
    region.add(
        name,
        new Op.Norm(
            vector(impl, "gamma", size),
            vector(impl, "beta", size),
            vector(impl, "mean", size),
            vector(impl, layer.isUseLogStd() ? "log10stdev" : "var", size),
            layer.isUseLogStd(),
            (float) layer.getEps(),
            layer.getDecay()),
        List.of(input),
        region.flat(input));
    return null;
  }

  private String pool(String name, SubsamplingLayer layer, int input) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      return "is channels-last";
    }
    PoolingType type = layer.getPoolingType();
    if (type != PoolingType.MAX && type != PoolingType.AVG) {
      return "pools by " + type;
    }
    int algorithm =
        type == PoolingType.MAX
            ? dnnl_pooling_max
            : layer.isAvgPoolIncludePadInDivisor()
                ? dnnl_pooling_avg_include_padding
                : dnnl_pooling_avg_exclude_padding;
    KernelGeometry window =
        KernelGeometry.of(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    region.add(name, new Op.Pool(algorithm, window), List.of(input), false);
    return null;
  }

  private String globalPool(String name, GlobalPoolingLayer layer, int input) {
    int[] dimensions = layer.getPoolingDimensions();
    if (dimensions != null && !Arrays.equals(dimensions, new int[] {2, 3})) {
      return "pools over " + Arrays.toString(dimensions);
    }
    PoolingType type = layer.getPoolingType();
    if (type != PoolingType.MAX && type != PoolingType.AVG) {
      return "pools by " + type;
    }
    boolean flat = layer.isCollapseDimensions();
    region.add(
        name,
        new Op.GlobalPool(
            type == PoolingType.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding, flat),
        List.of(input),
        flat);
    return null;
  }

  /** Puts {@code function} behind node {@code input}; {@code always} even if it is the identity. */
  private String activated(String name, IActivation function, int input, boolean always) {
    if (!always && function instanceof ActivationIdentity) {
      return null;
    }
    Op.Activation op = Activations.of(function);
    if (op == null) {
      return "activates by " + function;
    }
    region.add(name, op, List.of(input), region.flat(input));
    return null;
  }

  private Op.Parameter bias(org.deeplearning4j.nn.api.Layer impl, boolean present) {
    return present ? vector(impl, "b", new long[] {impl.getParam("b").length()}) : null;
  }

  private Op.Parameter vector(org.deeplearning4j.nn.api.Layer impl, String key, long[] size) {
    return parameter(impl, key, size, new long[] {1});
  }

  private Op.Parameter parameter(
      org.deeplearning4j.nn.api.Layer impl, String key, long[] dims, long[] strides) {
    INDArray values = impl.getParam(key);
    Op.Parameter p = new Op.Parameter((Address.of(values) - base) / Float.BYTES, dims, strides);
    if (p.length() != values.length()) {
      throw new IllegalStateException(
          key + " has " + values.length() + " values, not " + Arrays.toString(dims));
    }
    return p;
  }
}
