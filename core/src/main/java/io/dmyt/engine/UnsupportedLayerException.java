package io.dmyt.engine;

/**
 * A layer or vertex can't be expressed in an engine's operations, so that DL4J runs it. The message
 * completes a sentence that begins with the vertex: "has a preprocessor", "is a GravesLSTM".
 */
public final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason the rest of a sentence that begins with the vertex
   */
  public UnsupportedLayerException(String reason) {
    super(reason);
  }
}
