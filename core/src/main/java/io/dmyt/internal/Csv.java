package io.dmyt.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Comma-separated values (RFC 4180, with Unix ends of lines). Numbers have a decimal point whatever
 * the locale.
 */
public final class Csv {
  private Csv() {}

  /** A row with its line end. */
  public static String row(Object... values) {
    return row(Arrays.asList(values));
  }

  /** A row with its line end. */
  public static String row(List<?> values) {
    return values.stream()
        .map(value -> field(String.valueOf(value)))
        .collect(Collectors.joining(",", "", "\n"));
  }

  /** The text as a field: in quotes if it has a comma, a quote or the end of a line. */
  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
