package io.dmyt.backbone;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The height and width of every vertex's output. (DL4J infers shapes too, but refuses the
 * broadcasting product that it computes well.)
 */
final class ActivationSizes {
  /** Height and width in pixels. */
  record Size(int height, int width) {
    long area() {
      return (long) height * width;
    }
  }

  private ActivationSizes() {}

  /** By vertex name, the inputs' included, for images of that size. */
  static Map<String, Size> of(ComputationGraph graph, int height, int width) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    Map<String, Size> sizes = new LinkedHashMap<>();
    for (String input : conf.getNetworkInputs()) {
      sizes.put(input, new Size(height, width));
    }
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (!sizes.containsKey(name)) {
        // Of several inputs, a broadcast one is smaller in both directions.
        Size in =
            conf.getVertexInputs().get(name).stream()
                .map(sizes::get)
                .reduce((a, b) -> a.area() >= b.area() ? a : b)
                .orElseThrow();
        sizes.put(name, output(conf.getVertices().get(name), in));
      }
    }
    return sizes;
  }

  private static Size output(GraphVertex vertex, Size in) {
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return in;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    if (layer instanceof ConvolutionLayer c) {
      return window(in, c.getConvolutionMode(), c.getKernelSize(), c.getStride(), c.getPadding());
    }
    if (layer instanceof SubsamplingLayer p) {
      return window(in, p.getConvolutionMode(), p.getKernelSize(), p.getStride(), p.getPadding());
    }
    return layer instanceof GlobalPoolingLayer ? new Size(1, 1) : in;
  }

  private static Size window(
      Size in, ConvolutionMode mode, int[] kernel, int[] stride, int[] padding) {
    return new Size(
        window(in.height(), mode, kernel[0], stride[0], padding[0]),
        window(in.width(), mode, kernel[1], stride[1], padding[1]));
  }

  private static int window(int in, ConvolutionMode mode, int kernel, int stride, int padding) {
    return mode == ConvolutionMode.Same
        ? (in + stride - 1) / stride
        : (in + 2 * padding - kernel) / stride + 1;
  }
}
