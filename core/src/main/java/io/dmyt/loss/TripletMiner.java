package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds the triplets of a batch that a triplet loss learns from.
 *
 * <p>Distances are Euclidean, between embeddings of length 1, in double precision.
 *
 * @see <a href="https://arxiv.org/abs/1503.03832">Schroff, Kalenichenko, Philbin: FaceNet, CVPR
 *     2015</a>
 */
public final class TripletMiner {
  /** How much farther than the positive a semi-hard triplet's negative may be. */
  public static final double MARGIN = 0.2;

  /** Which triplets of a batch count, by {@code f = d(a, n) − d(a, p)}. */
  public enum Kind {
    /** {@code 0 < f ≤ margin}: the negative is farther, but not by more than the margin. */
    SEMIHARD,
    /** {@code f ≤ 0}: the negative is no farther than the positive. */
    HARD,
    /** {@code f ≤ margin}: both of the above. */
    ALL,
    /**
     * One for each anchor: the farthest positive and the nearest negative (Hermans, Beyer, Leibe,
     * <i>In Defense of the Triplet Loss for Person Re-Identification</i>, 2017).
     */
    BATCH_HARD
  }

  /**
   * Three examples of a batch, by their index in it.
   *
   * @param positive another of the anchor's class
   * @param negative one of another class
   */
  public record Triplet(int anchor, int positive, int negative) {}

  private final double[][] distances;
  private final int[] labels;

  /**
   * @param embeddings {@code [batch, size]}
   * @param labels each example's class; one below 0 is in no triplet
   */
  TripletMiner(INDArray embeddings, int[] labels) {
    if (embeddings.rank() != 2 || embeddings.size(0) != labels.length) {
      throw new IllegalArgumentException(
          Text.format(
              "embeddings [%d, size] expected, as there are labels; found shape %s",
              labels.length, java.util.Arrays.toString(embeddings.shape())));
    }
    this.distances = distances(embeddings);
    this.labels = labels;
  }

  /**
   * All semi-hard triplets within {@link #MARGIN}, ordered by anchor, positive, negative.
   *
   * @param embeddings {@code [batch, size]}
   * @param labels each example's class; one below 0 is in no triplet
   */
  public static List<Triplet> mine(INDArray embeddings, int[] labels) {
    return mine(embeddings, labels, Kind.SEMIHARD, MARGIN);
  }

  /**
   * The triplets of a kind, ordered by anchor, positive, negative.
   *
   * @param embeddings {@code [batch, size]}
   * @param labels each example's class; one below 0 is in no triplet
   * @param margin that the kind speaks of
   */
  public static List<Triplet> mine(INDArray embeddings, int[] labels, Kind kind, double margin) {
    return new TripletMiner(embeddings, labels).triplets(kind, margin);
  }

  List<Triplet> triplets(Kind kind, double margin) {
    List<Triplet> triplets = new ArrayList<>();
    for (int a = 0; a < labels.length; a++) {
      if (labels[a] >= 0 && kind == Kind.BATCH_HARD) {
        addHardest(a, triplets);
      } else if (labels[a] >= 0) {
        add(a, kind == Kind.SEMIHARD, kind == Kind.HARD ? 0 : margin, triplets);
      }
    }
    return triplets;
  }

  private void add(int a, boolean farther, double margin, List<Triplet> triplets) {
    for (int p = 0; p < labels.length; p++) {
      for (int n = 0; isPositive(a, p) && n < labels.length; n++) {
        double by = distances[a][n] - distances[a][p];
        if (isNegative(a, n) && by <= margin && (by > 0 || !farther)) {
          triplets.add(new Triplet(a, p, n));
        }
      }
    }
  }

  private void addHardest(int a, List<Triplet> triplets) {
    int positive = -1;
    int negative = -1;
    for (int i = 0; i < labels.length; i++) {
      if (isPositive(a, i) && (positive < 0 || distances[a][i] > distances[a][positive])) {
        positive = i;
      } else if (isNegative(a, i) && (negative < 0 || distances[a][i] < distances[a][negative])) {
        negative = i;
      }
    }
    if (positive >= 0 && negative >= 0) {
      triplets.add(new Triplet(a, positive, negative));
    }
  }

  private boolean isPositive(int a, int p) {
    return p != a && labels[p] == labels[a];
  }

  private boolean isNegative(int a, int n) {
    return labels[n] >= 0 && labels[n] != labels[a];
  }

  /** Over all pairs of the batch, each once. */
  PairDistances pairDistances() {
    double same = 0;
    long samePairs = 0;
    double different = 0;
    long differentPairs = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < i && labels[i] >= 0; j++) {
        if (labels[j] == labels[i]) {
          same += distances[i][j];
          samePairs++;
        } else if (labels[j] >= 0) {
          different += distances[i][j];
          differentPairs++;
        }
      }
    }
    return new PairDistances(same, samePairs, different, differentPairs);
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
    double length = Math.max(Math.sqrt(squares), Distances.SHORTEST);
    for (int k = from; k < from + size; k++) {
      values[k] /= length;
    }
  }
}
