package io.dmyt.internal;

/** Text from files and servers, made fit for a one-line message. */
public final class Quoted {
  private static final int LONGEST = 80;
  private static final int LONGEST_LINE = 300;

  private Quoted() {}

  /** The text in quotes, without control characters, at most 80 characters of it. */
  public static String of(String text) {
    return "'" + cut(text, LONGEST) + "'";
  }

  /** The text without control characters, at most 300 characters of it. */
  public static String line(String text) {
    return cut(text, LONGEST_LINE);
  }

  private static String cut(String text, int longest) {
    StringBuilder out = new StringBuilder();
    text.codePoints().limit(longest).map(c -> isVisible(c) ? c : '?').forEach(out::appendCodePoint);
    return out.append(text.codePointCount(0, text.length()) > longest ? "…" : "").toString();
  }

  private static boolean isVisible(int c) {
    int type = Character.getType(c);
    return !Character.isISOControl(c)
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR
        && type != Character.SURROGATE
        && type != Character.FORMAT;
  }
}
