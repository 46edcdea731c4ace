package io.dmyt.evaluation;

/** Checks of arguments. */
final class Checks {
  private Checks() {}

  /**
   * @throws IllegalArgumentException with the formatted message unless the condition holds
   */
  static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(message, arguments));
    }
  }
}
