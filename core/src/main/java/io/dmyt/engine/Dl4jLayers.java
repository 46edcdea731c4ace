package io.dmyt.engine;

import java.util.Arrays;
import java.util.List;
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
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Reads DL4J's layers. A subclass of a known layer may compute anything, and is not read. */
final class Dl4jLayers implements VertexReader {

  @Override
  public boolean reads(Object configuration) {
    return configuration instanceof Layer;
  }

  @Override
  public int read(Object configuration, VertexNodes nodes) {
    Layer layer = (Layer) configuration;
    if (layer.getIDropout() != null) {
      throw new UnsupportedLayerException("drops out its input");
    }
    if (layer instanceof BaseLayer weighted && weighted.getWeightNoise() != null) {
      throw new UnsupportedLayerException("has noise on its weights");
    }
    Class<?> type = layer.getClass();
    if (type == ActivationLayer.class) {
      IActivation function = ((ActivationLayer) layer).getActivationFn();
      return nodes.add(Dl4jActivations.of(function, nodes.rank(nodes.input())), nodes.input());
    }
    if (type == BatchNormalization.class) {
      return norm((BatchNormalization) layer, nodes);
    }
    if (type == DenseLayer.class) {
      return dense((DenseLayer) layer, nodes);
    }
    if (type == ConvolutionLayer.class || type == Convolution2D.class) {
      return Dl4jConvolutions.convolution((ConvolutionLayer) layer, nodes);
    }
    if (type == DepthwiseConvolution2D.class) {
      return Dl4jConvolutions.depthwise((DepthwiseConvolution2D) layer, nodes);
    }
    if (type == SeparableConvolution2D.class) {
      return Dl4jConvolutions.separable((SeparableConvolution2D) layer, nodes);
    }
    if (type == SubsamplingLayer.class) {
      return pool((SubsamplingLayer) layer, nodes);
    }
    if (type == GlobalPoolingLayer.class) {
      return globalPool((GlobalPoolingLayer) layer, nodes);
    }
    if (type == ZeroPaddingLayer.class) {
      ZeroPaddingLayer pad = (ZeroPaddingLayer) layer;
      requireChannelsFirst(pad.getDataFormat());
      int[] p = pad.getPadding();
      return nodes.add(new Operation.ZeroPad(p[0], p[1], p[2], p[3]), nodes.input());
    }
    if (type == Cropping2D.class) {
      Cropping2D crop = (Cropping2D) layer;
      requireChannelsFirst(crop.getDataFormat());
      int[] c = crop.getCropping();
      return nodes.add(new Operation.Crop(c[0], c[1], c[2], c[3]), nodes.input());
    }
    if (type == Upsampling2D.class) {
      Upsampling2D up = (Upsampling2D) layer;
      requireChannelsFirst(up.getFormat());
      return nodes.add(new Operation.Upsample(up.getSize()[0], up.getSize()[1]), nodes.input());
    }
    if (type == SpaceToDepthLayer.class) {
      SpaceToDepthLayer space = (SpaceToDepthLayer) layer;
      requireChannelsFirst(space.getDataFormat());
      return nodes.add(new Operation.SpaceToDepth(space.getBlockSize()), nodes.input());
    }
    throw new UnsupportedLayerException("is a " + type.getSimpleName());
  }

  static void requireChannelsFirst(CNN2DFormat format) {
    if (format != CNN2DFormat.NCHW) {
      throw new UnsupportedLayerException("is channels-last");
    }
  }

  /** Puts a layer's activation function behind a node. */
  static int activated(IActivation function, int node, VertexNodes nodes) {
    return function instanceof ActivationIdentity
        ? node
        : nodes.add(Dl4jActivations.of(function, nodes.rank(node)), node);
  }

  private static int dense(DenseLayer layer, VertexNodes nodes) {
    if (layer.isHasLayerNorm()) {
      throw new UnsupportedLayerException("has layer norm");
    }
    // Of sequences DL4J's dense layer has the features in the second dimension.
    if (nodes.rank(nodes.input()) != 2) {
      throw new UnsupportedLayerException(
          "reads arrays of rank " + nodes.rank(nodes.input()) + ", not vectors");
    }
    Parameter asIs = nodes.parameter("W");
    long[] dims = {layer.getNOut(), layer.getNIn()};
    Parameter weights =
        nodes.parameter("W", dims, new long[] {asIs.strides()[1], asIs.strides()[0]});
    Parameter bias = layer.hasBias() ? nodes.vector("b") : null;
    int node = nodes.add(new Operation.Dense(weights, bias), nodes.input());
    return activated(layer.getActivationFn(), node, nodes);
  }

  private static int norm(BatchNormalization layer, VertexNodes nodes) {
    requireChannelsFirst(layer.getCnn2DFormat());
    if (layer.isLockGammaBeta()) {
      throw new UnsupportedLayerException("has gamma and beta locked");
    }
    return nodes.add(
        new Operation.BatchNorm(
            nodes.vector("gamma"),
            nodes.vector("beta"),
            nodes.vector("mean"),
            nodes.vector(layer.isUseLogStd() ? "log10stdev" : "var"),
            layer.isUseLogStd(),
            layer.getEps(),
            layer.getDecay()),
        nodes.input());
  }

  private static int pool(SubsamplingLayer layer, VertexNodes nodes) {
    requireChannelsFirst(layer.getCnn2dDataFormat());
    KernelGeometry kernel =
        KernelGeometry.of(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    Operation.Pooling pooling =
        pooling(layer.getPoolingType(), layer.isAvgPoolIncludePadInDivisor());
    return nodes.add(new Operation.Pool(pooling, kernel), nodes.input());
  }

  private static Operation.Pooling pooling(PoolingType type, boolean withPadding) {
    return switch (type) {
      case MAX -> Operation.Pooling.MAX;
      case AVG -> withPadding ? Operation.Pooling.AVERAGE_WITH_PADDING : Operation.Pooling.AVERAGE;
      default -> throw new UnsupportedLayerException("pools by " + type);
    };
  }

  private static int globalPool(GlobalPoolingLayer layer, VertexNodes nodes) {
    int[] dimensions = layer.getPoolingDimensions();
    if (dimensions != null && !Arrays.equals(dimensions, new int[] {2, 3})) {
      throw new UnsupportedLayerException("pools over " + Arrays.toString(dimensions));
    }
    Operation.Pooling pooling = pooling(layer.getPoolingType(), false);
    return nodes.add(
        new Operation.GlobalPool(pooling, !layer.isCollapseDimensions()), nodes.input());
  }

  /** All readers of DL4J's own classes. */
  static List<VertexReader> readers() {
    return List.of(new Dl4jLayers(), new Dl4jVertices());
  }
}
