package io.dmyt.internal;

import java.io.IOException;
import java.io.Reader;
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

  /**
   * The next row as it stands, its line end included; empty at the end. A line's end within quotes
   * belongs to the row.
   */
  public static String next(Reader in) throws IOException {
    StringBuilder row = new StringBuilder();
    boolean quoted = false;
    for (int c = in.read(); c >= 0; c = in.read()) {
      row.append((char) c);
      quoted ^= c == '"';
      if (c == '\n' && !quoted) {
        break;
      }
    }
    return row.toString();
  }

  /** The text as a field: in quotes if it has a comma, a quote or the end of a line. */
  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
