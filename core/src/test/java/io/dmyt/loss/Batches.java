package io.dmyt.loss;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Made-up batches. */
final class Batches {
  private Batches() {}

  static INDArray oneHot(int[] labels, int classes) {
    INDArray oneHot = Nd4j.zeros(DataType.FLOAT, labels.length, classes);
    for (int i = 0; i < labels.length; i++) {
      oneHot.putScalar(i, labels[i], 1);
    }
    return oneHot;
  }

  /** Values around 0.4, as features are. */
  static INDArray values(long seed, int rows, int columns) {
    Random random = new Random(seed);
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int j = 0; j < columns; j++) {
        row[j] = 0.4 + 0.5 * random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(values);
  }

  static int[] labels(long seed, int rows, int classes) {
    return new Random(seed).ints(rows, 0, classes).toArray();
  }

  static double[] doubles(INDArray array) {
    return array.dup('c').data().asDouble();
  }
}
