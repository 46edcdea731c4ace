package io.dmyt.svm;

import static io.dmyt.internal.Checks.require;
import static io.dmyt.svm.SvmChecks.requireFinite;
import static io.dmyt.svm.SvmChecks.requireRow;

import java.util.Arrays;

/**
 * What a fitted SVM consists of: all that {@link EmbeddingSvm#of} needs, for storing it. With C
 * classes there is a decision value for each pair {@code i < j}, in the order (0, 1), (0, 2) … (1,
 * 2) …, and a value above 0 is its vote for class i.
 *
 * <p>The arrays are not copied.
 *
 * @param gamma γ of the kernel {@code exp(−γ‖x − y‖²)}, above 0
 * @param classes the C class indices, ascending
 * @param counts how many support vectors each class has
 * @param vectors [S, F]: the support vectors, class by class
 * @param coefficients [C − 1, S]: α times the label's sign. Those of a class-i vector against class
 *     j are in row {@code j − 1} for {@code j > i}, else in row j
 * @param intercepts of the decision values, one per pair
 */
@SuppressWarnings("ArrayRecordComponent") // Large, and compared by nobody.
public record SupportVectors(
    double gamma,
    int[] classes,
    int[] counts,
    float[][] vectors,
    double[][] coefficients,
    double[] intercepts) {

  /**
   * @throws IllegalArgumentException if the parts do not belong together, or are no numbers
   */
  public SupportVectors {
    require(gamma > 0 && Double.isFinite(gamma), "gamma must be above 0, found %s", gamma);
    int c = classes.length;
    require(c >= 2, "an SVM tells at least two classes apart, found %d", c);
    for (int k = 0; k < c; k++) {
      require(
          classes[k] >= 0 && (k == 0 || classes[k] > classes[k - 1]),
          "classes must be ascending indices, found %s",
          Arrays.toString(classes));
    }
    require(
        counts.length == c
            && Arrays.stream(counts).allMatch(n -> n >= 0)
            && Arrays.stream(counts).asLongStream().sum() == vectors.length,
        "%d support vectors are not those of the classes' counts %s",
        vectors.length,
        Arrays.toString(counts));
    require(vectors.length > 0, "no support vectors");
    for (int s = 0; s < vectors.length; s++) {
      requireRow(vectors[s], vectors[0].length, s);
    }
    require(
        coefficients.length == c - 1,
        "%d rows of coefficients for %d classes, expected %d",
        coefficients.length,
        c,
        c - 1);
    for (double[] row : coefficients) {
      requireFinite(row, vectors.length, "coefficients");
    }
    requireFinite(intercepts, c * (c - 1) / 2, "intercepts");
  }

  /** How many features an embedding has. */
  public int features() {
    return vectors[0].length;
  }
}
