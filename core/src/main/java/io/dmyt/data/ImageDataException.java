package io.dmyt.data;

import org.jspecify.annotations.Nullable;

/** Images or their folders are not what they must be; the message is one line for the user. */
public class ImageDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, where, and what to do about it
   */
  public ImageDataException(String message) {
    super(message);
  }

  /**
   * @param message what is wrong, where, and what to do about it
   * @param cause what it came from
   */
  public ImageDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
