package io.dmyt.engine.onednn;

/** The engine can't run a region with inputs of these shapes; DL4J's own layers can. */
final class UnsupportedShapeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedShapeException(String message) {
    super(message);
  }
}
