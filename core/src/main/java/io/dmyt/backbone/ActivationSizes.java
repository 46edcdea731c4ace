package io.dmyt.backbone;

import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.internal.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/**
 * The height and width of every vertex's output, for square images of one size. (DL4J infers shapes
 * too, but refuses the broadcasting product that it computes well.)
 */
final class ActivationSizes {
  /** Height and width in pixels. */
  record Size(int height, int width) {
    long area() {
      return (long) height * width;
    }
  }

  private final ComputationGraphConfiguration configuration;
  private final Map<String, Size> sizes = new HashMap<>();

  /**
   * For images of that height and width.
   *
   * @throws IllegalArgumentException if they are too small for the network
   */
  ActivationSizes(ComputationGraphConfiguration configuration, int height, int width) {
    this.configuration = configuration;
    for (String input : configuration.getNetworkInputs()) {
      sizes.put(input, new Size(height, width));
    }
    for (String vertex : configuration.getVertices().keySet()) {
      Size size = of(vertex);
      if (size.height < 1 || size.width < 1) {
        throw new IllegalArgumentException(
            Text.format(
                "images of %d×%d pixels are too small: nothing is left after %s",
                height, width, vertex));
      }
    }
  }

  Size of(String vertex) {
    Size known = sizes.get(vertex);
    if (known == null) {
      // Of several inputs, one that is broadcast is the smaller.
      Size in = new Size(1, 1);
      boolean sums = configuration.getVertices().get(vertex) instanceof ElementWiseVertex;
      for (String from : Objects.requireNonNull(configuration.getVertexInputs().get(vertex))) {
        Size size = of(from);
        if (sums && in.area() > 1 && size.area() > 1 && !size.equals(in)) {
          throw new IllegalArgumentException(
              Text.format(
                  "images of this size do not suit the network, a multiple of 32 pixels does: %s would combine maps of %d×%d and %d×%d",
                  vertex, in.height(), in.width(), size.height(), size.width()));
        }
        in = size.area() > in.area() ? size : in;
      }
      known = output(Objects.requireNonNull(configuration.getVertices().get(vertex)), in);
      sizes.put(vertex, known);
    }
    return known;
  }

  /** Multiplications (each with an addition) of all convolutions and the classifier, per image. */
  long multiplyAdds() {
    long sum = 0;
    for (var entry : configuration.getVertices().entrySet()) {
      if (entry.getValue() instanceof FunctionVertex function) {
        Size size = of(entry.getKey());
        sum += function.multiplyAdds(size.height(), size.width());
      } else if (entry.getValue() instanceof LayerVertex vertex) {
        Layer layer = vertex.getLayerConf().getLayer();
        if (layer instanceof ConvolutionLayer conv) {
          long inputs = conv instanceof DepthwiseConvolution2D ? 1 : conv.getNIn();
          int[] kernel = conv.getKernelSize();
          sum += of(entry.getKey()).area() * conv.getNOut() * inputs * kernel[0] * kernel[1];
        } else if (layer instanceof OutputLayer dense) {
          sum += dense.getNIn() * dense.getNOut();
        }
      }
    }
    return sum;
  }

  private static Size output(GraphVertex vertex, Size in) {
    if (vertex instanceof FunctionVertex function) {
      int[] size = function.outputSize(in.height(), in.width());
      return new Size(size[0], size[1]);
    }
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return in;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    if (layer instanceof ConvolutionLayer c) {
      int[] kernel = c.getKernelSize();
      int[] dilation = c.getDilation();
      int[] span = {(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1};
      return window(in, c.getConvolutionMode(), span, c.getStride(), c.getPadding());
    }
    if (layer instanceof SubsamplingLayer p) {
      return window(in, p.getConvolutionMode(), p.getKernelSize(), p.getStride(), p.getPadding());
    }
    if (layer instanceof ZeroPaddingLayer p) {
      int[] sides = p.getPadding();
      return new Size(in.height() + sides[0] + sides[1], in.width() + sides[2] + sides[3]);
    }
    if (layer instanceof Upsampling2D u) {
      return new Size(in.height() * u.getSize()[0], in.width() * u.getSize()[1]);
    }
    if (layer instanceof SpaceToDepthLayer s) {
      return new Size(in.height() / s.getBlockSize(), in.width() / s.getBlockSize());
    }
    if (layer instanceof Cropping2D c) {
      int[] sides = c.getCropping();
      return new Size(in.height() - sides[0] - sides[1], in.width() - sides[2] - sides[3]);
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
        : Math.floorDiv(in + 2 * padding - kernel, stride) + 1;
  }
}
