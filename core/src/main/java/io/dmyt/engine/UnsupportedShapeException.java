package io.dmyt.engine;

import org.jspecify.annotations.Nullable;

/** An engine can't run a region with inputs of these shapes; DL4J's own layers may. */
public final class UnsupportedShapeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which shapes, and what was expected
   */
  public UnsupportedShapeException(String message) {
    super(message);
  }

  /**
   * @param message which shapes, and what was expected
   * @param cause what the engine's library said
   */
  public UnsupportedShapeException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
