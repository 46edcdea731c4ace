package io.dmyt.data;

import org.jspecify.annotations.Nullable;

/** A file that is no image, or a damaged one. The message is {@code file: reason}. */
public final class BadImageException extends ImageDataException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String reason;

  /**
   * @param file its path, or another name that its owner knows
   * @param reason what is wrong with it
   */
  public BadImageException(String file, String reason) {
    this(file, reason, null);
  }

  BadImageException(String file, String reason, @Nullable Throwable cause) {
    super(file + ": " + reason, cause);
    this.file = file;
    this.reason = reason;
  }

  /** The file's path, or the name that was given with the bytes. */
  public String file() {
    return file;
  }

  /** What is wrong with it. */
  public String reason() {
    return reason;
  }
}
