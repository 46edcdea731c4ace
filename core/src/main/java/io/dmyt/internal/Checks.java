package io.dmyt.internal;

/** Checks of arguments. */
public final class Checks {
  private Checks() {}

  /**
   * Refuses an argument.
   *
   * @throws IllegalArgumentException with the formatted message unless the condition holds
   */
  public static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(Numbers.format(message, arguments));
    }
  }
}
