package io.dmyt.metric;

import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How well the nearest neighbours of an embedding are of its class: each of a set is looked up
 * among the others, by the distance of the embeddings at length 1. An embedding without another of
 * its class is not looked up.
 *
 * @param precisionAt1 share of embeddings whose nearest neighbour has their class, in [0, 1]
 * @param mapAtR mean over the embeddings of {@code 1/R Σ P(i) rel(i)} for i from 1 to R, in [0, 1]:
 *     R is the number of the others of its class, {@code rel(i)} whether the i-th neighbour is one,
 *     and {@code P(i)} the share among the first i; NaN, as the other, if none was looked up
 * @see <a href="https://arxiv.org/abs/2003.08505">Musgrave, Belongie, Lim: A Metric Learning
 *     Reality Check, ECCV 2020</a>
 */
public record Retrieval(double precisionAt1, double mapAtR) {
  /** Lengths below this count as this, as in PyTorch's normalisation. */
  private static final double SHORTEST = 1e-12;

  /**
   * Of a set; takes time for N² products of rows.
   *
   * @param embeddings [N][F], of any length
   * @param labels class of each, at least 0
   * @throws IllegalArgumentException if there are not as many labels
   */
  public static Retrieval of(float[][] embeddings, int[] labels) {
    if (embeddings.length != labels.length) {
      throw new IllegalArgumentException(
          Text.format("%d embeddings, but %d labels", embeddings.length, labels.length));
    }
    Map<Integer, Integer> sizes = new HashMap<>();
    for (int label : labels) {
      sizes.merge(label, 1, Integer::sum);
    }
    float[][] unit = Arrays.stream(embeddings).map(Retrieval::atLengthOne).toArray(float[][]::new);
    int[] lookedUp =
        IntStream.range(0, labels.length)
            .filter(i -> sizes.getOrDefault(labels[i], 0) > 1)
            .toArray();
    boolean[][] relevant = new boolean[lookedUp.length][];
    IntStream.range(0, lookedUp.length)
        .parallel()
        .forEach(
            i -> {
              int r = sizes.getOrDefault(labels[lookedUp[i]], 0) - 1;
              relevant[i] = nearest(unit, lookedUp[i], r, labels);
            });
    double first = 0;
    double mean = 0;
    for (boolean[] row : relevant) {
      first += row[0] ? 1 : 0;
      mean += averagePrecision(row);
    }
    return new Retrieval(first / lookedUp.length, mean / lookedUp.length);
  }

  private static float[] atLengthOne(float[] row) {
    double squares = 0;
    for (float value : row) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), SHORTEST);
    float[] unit = new float[row.length];
    for (int k = 0; k < row.length; k++) {
      unit[k] = (float) (row[k] / length);
    }
    return unit;
  }

  /** Which of the r nearest are of the class; of equals, the first in the set is nearer. */
  private static boolean[] nearest(float[][] unit, int self, int r, int[] labels) {
    long[] order = new long[unit.length - 1];
    for (int j = 0, at = 0; j < unit.length; j++) {
      if (j != self) {
        // Non-negative numbers are in the order of their bits: the distance, then the index.
        order[at++] = (long) Float.floatToIntBits(squares(unit[self], unit[j])) << 32 | j;
      }
    }
    Arrays.sort(order);
    boolean[] relevant = new boolean[r];
    for (int k = 0; k < r; k++) {
      relevant[k] = labels[(int) order[k]] == labels[self];
    }
    return relevant;
  }

  private static float squares(float[] a, float[] b) {
    float sum = 0;
    for (int k = 0; k < a.length; k++) {
      float difference = a[k] - b[k];
      sum += difference * difference;
    }
    return sum;
  }

  private static double averagePrecision(boolean[] relevant) {
    int found = 0;
    double sum = 0;
    for (int i = 0; i < relevant.length; i++) {
      if (relevant[i]) {
        found++;
        sum += (double) found / (i + 1);
      }
    }
    return sum / relevant.length;
  }
}
