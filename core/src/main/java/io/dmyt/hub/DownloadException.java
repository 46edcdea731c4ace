package io.dmyt.hub;

import java.io.IOException;

/**
 * A file that could not be fetched; the message is one line that says why, and what file to put
 * where instead.
 */
public final class DownloadException extends IOException {
  private static final long serialVersionUID = 1;

  DownloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
