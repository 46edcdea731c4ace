package io.dmyt.checkpoint;

/**
 * A checkpoint file that cannot be read or written; the message is one line that names the file,
 * the place in it and what is wrong there.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message one line: file, place, and what is wrong there
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * @param message one line: file, place, and what is wrong there
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
