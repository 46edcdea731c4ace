package io.dmyt.engine;

/**
 * Knows what layers or vertices of some classes compute. Found by {@link java.util.ServiceLoader};
 * asked before the readers of DL4J's own classes.
 */
public interface VertexReader {

  /**
   * Whether it knows what a vertex of this configuration computes.
   *
   * @param configuration of a layer ({@code org.deeplearning4j.nn.conf.layers.Layer}), or of a
   *     vertex without one ({@code org.deeplearning4j.nn.conf.graph.GraphVertex})
   */
  boolean reads(Object configuration);

  /**
   * Adds the nodes that compute a vertex's value.
   *
   * @return the node whose value is the vertex's
   * @throws UnsupportedLayerException if it can't be expressed in this configuration
   */
  int read(Object configuration, VertexNodes nodes);
}
