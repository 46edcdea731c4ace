package io.dmyt.data;

/** What went wrong in a worker, on its way to the reader. */
final class WorkerFailure {
  private WorkerFailure() {}

  /** As it was thrown in the worker, but with the reader's own way here on top of it. */
  static RuntimeException rethrown(Throwable failure) {
    if (failure instanceof BadImageException bad) {
      return new BadImageException(bad.file(), bad.reason(), bad);
    }
    if (failure instanceof TooManyBadImagesException tooMany) {
      return tooMany.again();
    }
    if (failure instanceof ImageDataException) {
      return new ImageDataException(String.valueOf(failure.getMessage()), failure);
    }
    return new IllegalStateException("Loading images failed: " + failure, failure);
  }
}
