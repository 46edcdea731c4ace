package io.dmyt.internal;

/** Comma-separated values (RFC 4180). */
public final class Csv {
  private Csv() {}

  /** The text as a field: in quotes if it has a comma, a quote or the end of a line. */
  public static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
