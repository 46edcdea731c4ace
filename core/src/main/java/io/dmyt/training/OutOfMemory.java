package io.dmyt.training;

import java.util.Locale;

/** Finds out whether memory was what was missing: DL4J and engines say so in their own ways. */
final class OutOfMemory {
  private OutOfMemory() {}

  /**
   * The failure itself, unless it comes of too little memory.
   *
   * @throws OutOfMemoryError if it does
   */
  static RuntimeException in(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError error) {
        throw error;
      }
      String message = String.valueOf(cause.getMessage());
      if (message.toLowerCase(Locale.ROOT).contains("out of memory")) {
        OutOfMemoryError error = new OutOfMemoryError(message);
        error.initCause(failure);
        throw error;
      }
    }
    return failure;
  }
}
