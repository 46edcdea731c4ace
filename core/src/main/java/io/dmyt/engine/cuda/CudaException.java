package io.dmyt.engine.cuda;

/** A call of CUDA's libraries that failed. */
final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CudaException(String message) {
    super(message);
  }
}
