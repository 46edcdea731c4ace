package io.dmyt.video;

import java.io.IOException;

/** A file that is no video, or none that can be read. The message is {@code file: reason}. */
public final class VideoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String reason;

  /**
   * @param file its path
   * @param reason what is wrong with it, in a few words
   */
  public VideoException(String file, String reason) {
    super(file + ": " + reason);
    this.file = file;
    this.reason = reason;
  }

  /** The file's path. */
  public String file() {
    return file;
  }

  /** What is wrong with it. */
  public String reason() {
    return reason;
  }
}
