package io.dmyt.backbone;

/** Numbers of channels, rounded as timm rounds them. */
final class Widths {
  private Widths() {}

  /** The nearest multiple of the divisor that is not more than a tenth below the value. */
  static int divisible(double value, int divisor) {
    return divisible(value, divisor, divisor);
  }

  /**
   * The nearest multiple of the divisor that is not more than a tenth below the value.
   *
   * @param least the smallest result
   */
  static int divisible(double value, int divisor, int least) {
    int rounded = Math.max(least, (int) (value + divisor / 2.0) / divisor * divisor);
    return rounded < 0.9 * value ? rounded + divisor : rounded;
  }

  /** The nearest multiple of the divisor, at least the divisor. */
  static int divisibleToNearest(double value, int divisor) {
    return Math.max(divisor, (int) (value + divisor / 2.0) / divisor * divisor);
  }
}
