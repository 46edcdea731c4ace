package io.dmyt.engine;

/**
 * A layer's or vertex's configuration that says itself what it computes, so that an engine can run
 * it: to be implemented by classes that extend DL4J's {@code Layer} or {@code GraphVertex}
 * configurations. A {@link VertexReader} does the same for classes that can't be changed.
 *
 * <p>What is described must be what the layer computes in DL4J, in inference and in training, its
 * activation function included.
 */
public interface SelfDescribing {

  /**
   * Adds the nodes that compute this vertex's value.
   *
   * @return the node whose value is the vertex's
   * @throws UnsupportedLayerException if it can't be expressed in this configuration
   */
  int describe(VertexNodes nodes);

  /**
   * The number of dimensions of what it reads; 0 if it reads any, which is so unless overridden.
   * Where no engine runs what is before it, this tells how the engine reads its value.
   */
  default int inputRank() {
    return 0;
  }
}
