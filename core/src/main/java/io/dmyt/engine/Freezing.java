package io.dmyt.engine;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;

/**
 * DL4J's three ways of keeping a layer's parameters as they are. A {@code FrozenLayer} always runs
 * as in inference, and gives no gradient to what is before it. A {@code FrozenVertex} gives none
 * either. A {@code FrozenLayerWithBackprop} runs as in inference, but does give it.
 */
final class Freezing {
  private Freezing() {}

  /** Whether a vertex gives no gradient, neither of its parameters nor to what is before it. */
  static boolean frozen(org.deeplearning4j.nn.graph.vertex.GraphVertex vertex) {
    return (vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer)
        || vertex instanceof FrozenVertex;
  }

  /** Whether a vertex gives a gradient to what is before it, but none of its parameters. */
  static boolean passing(org.deeplearning4j.nn.graph.vertex.GraphVertex vertex) {
    return vertex.hasLayer()
        && vertex.getLayer() instanceof org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
  }

  /**
   * The layer in a frozen one, or the layer itself.
   *
   * @throws UnsupportedLayerException if it gives gradients but is no convolution or dense layer:
   *     batch norm fails in DL4J then, and an activation layer has overwritten the input that its
   *     gradient is computed from
   */
  static Layer unwrapped(Layer layer) {
    if (layer instanceof org.deeplearning4j.nn.conf.layers.misc.FrozenLayer frozen) {
      return frozen.getLayer();
    }
    if (!(layer instanceof FrozenLayerWithBackprop frozen)) {
      return layer;
    }
    Layer inner = frozen.getUnderlying();
    if (inner instanceof ConvolutionLayer || inner instanceof DenseLayer) {
      return inner;
    }
    throw new UnsupportedLayerException(
        "is a " + inner.getClass().getSimpleName() + " in a FrozenLayerWithBackprop");
  }

  /**
   * The vertex in a frozen one, or the vertex itself.
   *
   * @throws UnsupportedLayerException if it has a layer, which DL4J runs as in training
   */
  static GraphVertex unwrapped(GraphVertex vertex) {
    if (!(vertex instanceof org.deeplearning4j.nn.conf.graph.FrozenVertex frozen)) {
      return vertex;
    }
    if (frozen.getUnderlying() instanceof LayerVertex) {
      throw new UnsupportedLayerException("is a layer in a FrozenVertex");
    }
    return frozen.getUnderlying();
  }
}
