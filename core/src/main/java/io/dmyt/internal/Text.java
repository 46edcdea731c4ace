package io.dmyt.internal;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Text for people and for files. */
public final class Text {
  private Text() {}

  /**
   * {@link String#format}, the same in every locale: with Western digits and a decimal point.
   * ({@link String#formatted} follows the program's locale, and the build refuses it.)
   */
  @FormatMethod
  public static String format(String format, @Nullable Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** The text at the left of a column, with blanks behind it up to the width in characters. */
  public static String left(String text, int width) {
    return text + blanks(text, width);
  }

  /** The text at the right of a column, with blanks before it up to the width in characters. */
  public static String right(String text, int width) {
    return blanks(text, width) + text;
  }

  private static String blanks(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length()));
  }
}
