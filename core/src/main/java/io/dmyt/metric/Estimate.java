package io.dmyt.metric;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import java.util.Arrays;

/**
 * A metric's value and how sure it is.
 *
 * @param value NaN if it does not exist
 * @param low where its interval begins; NaN without one
 * @param high where its interval ends; NaN without one
 */
public record Estimate(double value, double low, double high) {

  /** Of a metric that does not exist. */
  public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);

  /** The value with the interval that holds the middle {@code confidence} of the resamples. */
  static Estimate of(double value, double[] resampled, double confidence) {
    double[] sorted = Arrays.stream(resampled).filter(v -> !Double.isNaN(v)).sorted().toArray();
    double tail = (1 - confidence) / 2;
    return new Estimate(value, quantile(sorted, tail), quantile(sorted, 1 - tail));
  }

  /** The quantile on the straight line between the two values around it, as NumPy's. */
  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** As text: {@code 0.9123 [0.8701, 0.9480]}, without an interval {@code 0.9123}, or n/a. */
  @Override
  public String toString() {
    if (Double.isNaN(value)) {
      return "n/a";
    }
    return Double.isNaN(low)
        ? Numbers.fixed(value, 4)
        : Text.format("%.4f [%.4f, %.4f]", value, low, high);
  }
}
