package io.dmyt.evaluation.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * One axis of a chart: the range that it shows, and its ticks at multiples of 1, 2 or 5 times a
 * power of ten.
 *
 * @param low the smallest value shown
 * @param high the largest, above {@code low}
 * @param wholeNumbers whether ticks between whole numbers make no sense, as with epochs
 */
record Axis(double low, double high, boolean wholeNumbers) {
  private static final int MOST_TICKS = 7;

  /** Below this share of the values, a span is rounding, and drawn as if there were none. */
  private static final double SMALLEST_SPAN = 1e-9;

  /** Below this, everything is zero. */
  private static final double SMALLEST = 1e-100;

  /** How far an axis goes beyond its values, as a share of their span. */
  private static final double MARGIN = 0.03;

  private static final int FIRST_EXPONENT = 6;
  private static final int LAST_EXPONENT = -5;

  Axis {
    if (!(low < high) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException("an axis can't go from " + low + " to " + high);
    }
  }

  /** An axis on which all the values have a place, which may be none or equal. */
  static Axis around(double[] values, boolean wholeNumbers) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (low > high) {
      return new Axis(0, 1, wholeNumbers);
    }
    double largest = Math.max(Math.abs(low), Math.abs(high));
    if (high - low <= Math.max(SMALLEST_SPAN * largest, SMALLEST)) {
      double half = largest <= SMALLEST || wholeNumbers ? 0.5 : largest / 20;
      return new Axis(low - half, high + half, wholeNumbers);
    }
    double margin = Math.min(MARGIN * (high - low), wholeNumbers ? 0.5 : Double.MAX_VALUE);
    return new Axis(low - margin, high + margin, wholeNumbers);
  }

  /** Where a value is: 0 at the low end, 1 at the high one. */
  double place(double value) {
    return (value - low) / (high - low);
  }

  /** The values with a tick, from low to high. */
  List<BigDecimal> ticks() {
    BigDecimal step = step();
    List<BigDecimal> ticks = new ArrayList<>();
    long first = (long) Math.ceil(low / step.doubleValue());
    for (long k = first; k * step.doubleValue() <= high; k++) {
      ticks.add(step.multiply(BigDecimal.valueOf(k)));
    }
    return ticks;
  }

  /** The smallest step that makes few enough ticks. */
  private BigDecimal step() {
    double least = (high - low) / MOST_TICKS;
    BigDecimal power = BigDecimal.ONE.scaleByPowerOfTen((int) Math.floor(Math.log10(least)));
    BigDecimal step = power;
    for (int factor : new int[] {1, 2, 5, 10}) {
      step = power.multiply(BigDecimal.valueOf(factor));
      if (step.doubleValue() >= least) {
        break;
      }
    }
    return wholeNumbers ? step.max(BigDecimal.ONE) : step;
  }

  /** A tick as text: 0.25, 120, 2e-5. */
  static String label(BigDecimal tick) {
    if (tick.signum() == 0) {
      return "0";
    }
    BigDecimal shortest = tick.round(MathContext.DECIMAL64).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent < FIRST_EXPONENT && exponent > LAST_EXPONENT) {
      return shortest.toPlainString();
    }
    return shortest.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
  }
}
