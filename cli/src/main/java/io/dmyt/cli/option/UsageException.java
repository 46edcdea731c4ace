package io.dmyt.cli.option;

import org.jspecify.annotations.Nullable;

/** The command was called wrongly: the message says how, and the exit code is 2. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(@Nullable String message) {
    super(message);
  }
}
