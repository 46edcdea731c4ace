package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Semi-hard triplets of a batch: those whose negative is farther from the anchor than the positive,
 * but by no more than a margin.
 *
 * <p>Distances are Euclidean, between embeddings of length 1, in double precision.
 *
 * @see <a href="https://arxiv.org/abs/1503.03832">Schroff, Kalenichenko, Philbin: FaceNet, CVPR
 *     2015</a>
 */
public final class TripletMiner {
  /** How much farther a negative may be. */
  public static final double MARGIN = 0.2;

  /** Lengths below this count as this, as in PyTorch's normalisation. */
  private static final double SHORTEST = 1e-12;

  /**
   * Three examples of a batch, by their index in it.
   *
   * @param positive another of the anchor's class
   * @param negative one of another class
   */
  public record Triplet(int anchor, int positive, int negative) {}

  private TripletMiner() {}

  /**
   * All triplets with {@code 0 < d(a, n) − d(a, p) ≤ 0.2}, ordered by anchor, positive, negative.
   *
   * @param embeddings {@code [batch, size]}
   * @param labels each example's class; one below 0 is in no triplet
   */
  public static List<Triplet> mine(INDArray embeddings, int[] labels) {
    if (embeddings.rank() != 2 || embeddings.size(0) != labels.length) {
      throw new IllegalArgumentException(
          Text.format(
              "embeddings [%d, size] expected, as there are labels; found shape %s",
              labels.length, java.util.Arrays.toString(embeddings.shape())));
    }
    double[][] distances = distances(embeddings);
    int batch = labels.length;
    List<Triplet> triplets = new ArrayList<>();
    for (int a = 0; a < batch; a++) {
      for (int p = 0; p < batch; p++) {
        if (p == a || labels[a] < 0 || labels[p] != labels[a]) {
          continue;
        }
        for (int n = 0; n < batch; n++) {
          double farther = distances[a][n] - distances[a][p];
          if (labels[n] >= 0 && labels[n] != labels[a] && farther > 0 && farther <= MARGIN) {
            triplets.add(new Triplet(a, p, n));
          }
        }
      }
    }
    return triplets;
  }

  private static double[][] distances(INDArray embeddings) {
    int batch = Math.toIntExact(embeddings.size(0));
    int size = Math.toIntExact(embeddings.size(1));
    double[] values = embeddings.dup('c').data().asDouble();
    for (int i = 0; i < batch; i++) {
      normalise(values, i * size, size);
    }
    double[][] distances = new double[batch][batch];
    for (int i = 0; i < batch; i++) {
      for (int j = 0; j < i; j++) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
          double difference = values[i * size + k] - values[j * size + k];
          sum += difference * difference;
        }
        distances[i][j] = Math.sqrt(sum);
        distances[j][i] = distances[i][j];
      }
    }
    return distances;
  }

  private static void normalise(double[] values, int from, int size) {
    double squares = 0;
    for (int k = from; k < from + size; k++) {
      squares += values[k] * values[k];
    }
    double length = Math.max(Math.sqrt(squares), SHORTEST);
    for (int k = from; k < from + size; k++) {
      values[k] /= length;
    }
  }
}
