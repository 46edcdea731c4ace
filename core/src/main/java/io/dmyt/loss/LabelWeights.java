package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.Arrays;

/** Weights of the classes in a loss: one positive, finite number for each, in their order. */
public final class LabelWeights {
  private LabelWeights() {}

  /**
   * Weights that make every class count the same: {@code examples / (classes · count)}, so that
   * equal counts give ones.
   *
   * @param counts how many examples each class has, in the classes' order
   * @throws IllegalArgumentException if there is no class, or a class without examples
   */
  public static double[] inverseFrequency(int... counts) {
    double total = Arrays.stream(counts).asLongStream().sum();
    if (counts.length == 0 || Arrays.stream(counts).anyMatch(n -> n <= 0)) {
      throw new IllegalArgumentException(
          "every class needs examples to be weighted by, found " + Arrays.toString(counts));
    }
    return Arrays.stream(counts).mapToDouble(n -> total / ((double) counts.length * n)).toArray();
  }

  /**
   * A copy of the weights.
   *
   * @param weights one for each class, or none at all for ones
   * @throws IllegalArgumentException if one is not positive and finite
   */
  static double[] checked(double... weights) {
    if (weights == null) {
      return new double[0];
    }
    for (int k = 0; k < weights.length; k++) {
      if (!(weights[k] > 0 && weights[k] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            Text.format(
                "label weights must be positive and finite: class %d has %s in %s",
                k, weights[k], Arrays.toString(weights)));
      }
    }
    return weights.clone();
  }

  static double[] checked(int classes, double... weights) {
    double[] checked = checked(weights);
    if (checked.length != 0 && checked.length != classes) {
      throw new IllegalArgumentException(
          Text.format(
              "%d label weights %s for %d classes",
              checked.length, Arrays.toString(checked), classes));
    }
    return checked;
  }
}
