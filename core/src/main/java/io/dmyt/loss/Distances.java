package io.dmyt.loss;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Euclidean distances in a graph. */
final class Distances {
  /** What PyTorch's pairwise distance adds to each difference. */
  static final double SHIFT = 1e-6;

  /** Under the square root: no slope instead of NaN where a distance is zero. */
  private static final double TINY = 1e-30;

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
    SDVariable squares = squaredX.add(squaredY).sub(products.mul(2));
    return sd.math().sqrt(sd.nn().relu(squares, 0).add(TINY));
  }
}
