package io.dmyt.hub;

import java.io.IOException;

/** A failure that another attempt may not meet. */
final class PassingException extends IOException {
  private static final long serialVersionUID = 1;

  PassingException(String message) {
    super(message);
  }
}
