package io.dmyt.onednn;

/** A oneDNN call failed; the message names the call and oneDNN's status. */
public final class OneDnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  OneDnnException(String call, int status) {
    super(call + " failed: " + statusName(status));
    this.status = status;
  }

  /** True when oneDNN has no implementation for what was asked. */
  boolean unimplemented() {
    return status == 3;
  }

  private static String statusName(int status) {
    return switch (status) {
      case 1 -> "out of memory";
      case 2 -> "invalid arguments";
      case 3 -> "unimplemented";
      case 4 -> "last implementation reached";
      case 5 -> "runtime error";
      case 6 -> "not required";
      default -> "status " + status;
    };
  }
}
