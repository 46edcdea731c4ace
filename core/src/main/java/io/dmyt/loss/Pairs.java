package io.dmyt.loss;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The pairs of a batch's examples, each once. */
final class Pairs {
  private Pairs() {}

  /** Whether two examples are a pair that counts. */
  interface Choice {
    boolean test(int i, int j);
  }

  /** How many pairs (i, j), i &lt; j, are chosen. */
  static int count(int batch, Choice choice) {
    int count = 0;
    for (int i = 0; i < batch; i++) {
      for (int j = i + 1; j < batch; j++) {
        count += choice.test(i, j) ? 1 : 0;
      }
    }
    return count;
  }

  /** [batch, batch]: a weight at each chosen pair (i, j), i &lt; j, and zeros. */
  static double[] weights(int batch, Choice choice, double weight) {
    double[] weights = new double[batch * batch];
    for (int i = 0; i < batch; i++) {
      for (int j = i + 1; j < batch; j++) {
        weights[i * batch + j] = choice.test(i, j) ? weight : 0;
      }
    }
    return weights;
  }

  static INDArray square(double[] weights, int batch) {
    return Nd4j.createFromArray(weights).reshape(batch, batch);
  }

  /** The squared distances of all examples, [batch, batch]; none is below zero. */
  static SDVariable squaredDistances(SameDiff sd, SDVariable embeddings) {
    SDVariable squares =
        sd.squaredNorm(embeddings, true, 1)
            .add(sd.squaredNorm(embeddings, 1))
            .sub(sd.mmul(embeddings, embeddings, false, true, false).mul(2));
    return sd.nn().relu(squares, 0);
  }

  /** Chooses all pairs without a masked example. */
  static Choice unmasked(int[] labels) {
    return (i, j) -> labels[i] >= 0 && labels[j] >= 0;
  }
}
