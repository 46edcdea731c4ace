package io.dmyt.backbone;

import io.dmyt.checkpoint.Tensor;
import java.util.Optional;

/**
 * Learned biases of relative positions for windows of another size, as timm makes them: the old
 * positions are taken to lie ever farther apart towards the edges, in a geometric progression that
 * ends where the new ones do, and between them values are interpolated linearly.
 */
final class BiasTableResampler {
  private static final String SUFFIX = "relative_position_bias_table";
  private static final double PRECISION = 1e-6;

  private BiasTableResampler() {}

  /**
   * A file's biases for a network's windows.
   *
   * @param parameter the network's, [(2 · window − 1)², heads]
   * @param found the file's
   * @return nothing if these aren't tables that differ in nothing but the window
   */
  static Optional<Tensor> resample(NamedParameter parameter, Tensor found) {
    long[] to = parameter.shape();
    long[] from = found.shape();
    if (!parameter.name().endsWith(SUFFIX) || !found.dtype().isFloating()) {
      return Optional.empty();
    }
    if (from.length != 2 || to.length != 2 || from[1] != to[1]) {
      return Optional.empty();
    }
    int old = side(from[0]);
    int side = side(to[0]);
    return old > 1 && side > 0
        ? Optional.of(resampled(found.doubles(), old, side, (int) to[1]))
        : Optional.empty();
  }

  /** The side of a square of so many positions, 0 if it is none of an odd side. */
  private static int side(long positions) {
    int side = (int) Math.round(Math.sqrt(positions));
    return (long) side * side == positions && side % 2 == 1 ? side : 0;
  }

  private static Tensor resampled(double[] table, int from, int to, int heads) {
    double[] places = places(from, to);
    double[] values = new double[to * to * heads];
    for (int y = 0; y < to; y++) {
      Between row = Between.of(places, y - to / 2);
      for (int x = 0; x < to; x++) {
        Between column = Between.of(places, x - to / 2);
        for (int h = 0; h < heads; h++) {
          double upper = column.of(table, row.index() * from, heads, h);
          double lower = column.of(table, (row.index() + 1) * from, heads, h);
          values[(y * to + x) * heads + h] = upper + row.share() * (lower - upper);
        }
      }
    }
    return Tensor.of(values, (long) to * to, heads);
  }

  /** Two neighbouring old positions, and how far behind the first one a new one lies. */
  private record Between(int index, double share) {
    static Between of(double[] places, double at) {
      int i = 0;
      while (i < places.length - 2 && places[i + 1] <= at) {
        i++;
      }
      double share = (at - places[i]) / (places[i + 1] - places[i]);
      return new Between(i, Math.min(Math.max(share, 0), 1));
    }

    double of(double[] table, int row, int heads, int head) {
      double left = table[(row + index) * heads + head];
      double right = table[(row + index + 1) * heads + head];
      return left + share * (right - left);
    }
  }

  /** Where old positions lie on the axis of the new ones, which are 1 apart; 0 is the middle. */
  private static double[] places(int from, int to) {
    double ratio = ratio(from / 2, to / 2);
    double[] places = new double[from];
    double distance = 1;
    double power = ratio;
    for (int i = 1; i <= from / 2; i++) {
      places[from / 2 + i] = distance;
      places[from / 2 - i] = -distance;
      distance += power;
      power *= ratio;
    }
    return places;
  }

  /** The progression's ratio, between 1.01 and 1.5, by bisection as in timm. */
  private static double ratio(int terms, int sum) {
    double left = 1.01;
    double right = 1.5;
    double ratio = left;
    while (right - left > PRECISION) {
      ratio = (left + right) / 2;
      if ((1 - Math.pow(ratio, terms)) / (1 - ratio) > sum) {
        right = ratio;
      } else {
        left = ratio;
      }
    }
    return ratio;
  }
}
