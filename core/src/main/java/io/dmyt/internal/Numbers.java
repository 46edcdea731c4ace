package io.dmyt.internal;

import java.util.Locale;

/** Numbers as text for people: with a decimal point, whatever the locale of the machine. */
public final class Numbers {
  /** Stands for a number that does not exist. */
  private static final String ABSENT = "n/a";

  private Numbers() {}

  /** With so many digits after the point; {@code n/a} for NaN. */
  public static String fixed(double value, int digits) {
    return Double.isNaN(value) ? ABSENT : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** A share of 1 as a percentage with so many digits after the point; {@code n/a} for NaN. */
  public static String percent(double share, int digits) {
    return Double.isNaN(share) ? ABSENT : fixed(100 * share, digits) + " %";
  }

  /** How many there are of what has a regular plural: {@code 1 image}, {@code 2 images}. */
  public static String count(long count, String one) {
    return count + " " + one + (count == 1 ? "" : "s");
  }
}
