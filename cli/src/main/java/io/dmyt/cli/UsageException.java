package io.dmyt.cli;

/** The command was called wrongly: the message says how, and the exit code is 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
