package io.dmyt.engine;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;

/** Reads DL4J's convolutions, whose weights lie in three different orders. */
final class Dl4jConvolutions {
  private Dl4jConvolutions() {}

  static int convolution(ConvolutionLayer layer, VertexNodes nodes) {
    Dl4jLayers.requireChannelsFirst(layer.getCnn2dDataFormat());
    int[] k = layer.getKernelSize();
    long[] dims = {layer.getNOut(), layer.getNIn(), k[0], k[1]};
    Parameter weights = nodes.parameter("W", dims, Parameter.rowMajorStrides(dims));
    return add(layer, weights, 1, kernel(layer), nodes.input(), nodes);
  }

  /** DL4J's weights are (height, width, in, multiplier). */
  static int depthwise(DepthwiseConvolution2D layer, VertexNodes nodes) {
    Dl4jLayers.requireChannelsFirst(layer.getCnn2dDataFormat());
    int[] k = layer.getKernelSize();
    long in = layer.getNIn();
    long each = layer.getDepthMultiplier();
    Parameter weights =
        nodes.parameter(
            "W",
            new long[] {in, each, 1, k[0], k[1]},
            new long[] {each, 1, 1, k[1] * in * each, in * each});
    return add(layer, weights, Math.toIntExact(in), kernel(layer), nodes.input(), nodes);
  }

  /** DL4J's depthwise weights are (multiplier, in, height, width). */
  static int separable(SeparableConvolution2D layer, VertexNodes nodes) {
    Dl4jLayers.requireChannelsFirst(layer.getCnn2dDataFormat());
    int[] k = layer.getKernelSize();
    long in = layer.getNIn();
    long each = layer.getDepthMultiplier();
    long area = (long) k[0] * k[1];
    Parameter depth =
        nodes.parameter(
            "W", new long[] {in, each, 1, k[0], k[1]}, new long[] {area, in * area, 1, k[1], 1});
    int middle =
        nodes.add(
            new Operation.Convolution(
                depth,
                List.of(),
                null,
                Math.toIntExact(in),
                Math.toIntExact(in * each),
                kernel(layer)),
            nodes.input());
    long[] dims = {layer.getNOut(), in * each, 1, 1};
    Parameter point = nodes.parameter("pW", dims, Parameter.rowMajorStrides(dims));
    return add(layer, point, 1, KernelGeometry.point(), middle, nodes);
  }

  private static int add(
      ConvolutionLayer layer,
      Parameter weights,
      int groups,
      KernelGeometry kernel,
      int input,
      VertexNodes nodes) {
    long channels = groups == 1 ? layer.getNOut() : weights.dims()[0] * weights.dims()[1];
    Parameter bias = layer.hasBias() ? nodes.vector("b") : null;
    int node =
        nodes.add(
            new Operation.Convolution(
                weights, List.of(), bias, groups, Math.toIntExact(channels), kernel),
            input);
    return Dl4jLayers.activated(layer.getActivationFn(), node, nodes);
  }

  private static KernelGeometry kernel(ConvolutionLayer layer) {
    return KernelGeometry.of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }
}
