package io.dmyt.internal;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import org.jspecify.annotations.Nullable;

/** Checks of arguments. */
public final class Checks {
  private Checks() {}

  /**
   * Refuses an argument.
   *
   * @throws IllegalArgumentException with the formatted message unless the condition holds
   */
  @FormatMethod
  public static void require(
      boolean condition, @FormatString String message, @Nullable Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(Text.format(message, arguments));
    }
  }
}
