package io.dmyt.loss;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Distances and lengths in a graph. */
final class Distances {
  /** What PyTorch's pairwise distance adds to each difference. */
  static final double SHIFT = 1e-6;

  /** Under the square root: no slope instead of NaN where a distance is zero. */
  private static final double TINY = 1e-30;

  /** Lengths below this count as this, as in PyTorch's normalisation. */
  static final double SHORTEST = 1e-12;

  private Distances() {}

  /**
   * The distance of each of x from each of y, {@code [n, m]}, by their squared lengths {@code [n,
   * 1]} and {@code [m]} and their products {@code [n, m]}.
   *
   * <p>{@code ‖x‖² + ‖y‖² − 2 x·y} needs no array of all differences, whose derivative takes far
   * longer. In double precision it is off by about 1e-16 of the squared lengths, and below zero at
   * most where x and y are equal.
   */
  static SDVariable between(
      SameDiff sd, SDVariable squaredX, SDVariable squaredY, SDVariable products) {
    return sd.math().sqrt(squaresBetween(sd, squaredX, squaredY, products).add(TINY));
  }

  /** Their squares. */
  static SDVariable squaresBetween(
      SameDiff sd, SDVariable squaredX, SDVariable squaredY, SDVariable products) {
    return sd.nn().relu(squaredX.add(squaredY).sub(products.mul(2)), 0);
  }

  /** Rows {@code [n, size]} at length 1; one shorter than 1e-12 counts as that long. */
  static SDVariable atLengthOne(SameDiff sd, SDVariable rows) {
    double shortest = SHORTEST * SHORTEST;
    // The larger of two, without a slope where PyTorch has none.
    SDVariable squares = sd.nn().relu(sd.squaredNorm(rows, true, 1).sub(shortest), 0).add(shortest);
    return rows.div(sd.math().sqrt(squares));
  }
}
