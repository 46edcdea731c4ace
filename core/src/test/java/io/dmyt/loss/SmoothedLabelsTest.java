package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SmoothedLabelsTest {
  private static final double[][] LOGITS = {{0.3, -1.2, 2}, {1.5, 0.2, -0.4}};
  private static final int[] LABELS = {1, 0};
  private static final double[] WEIGHTS = {1, 3, 2};
  private static final double EPSILON = 0.2;

  /** PyTorch's formula, written out. */
  private static double expected(double[][] logits) {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < logits.length; i++) {
      double exponents = 0;
      for (double z : logits[i]) {
        exponents += Math.exp(z);
      }
      for (int k = 0; k < 3; k++) {
        double share = (k == LABELS[i] ? 1 - EPSILON : 0) + EPSILON / 3;
        sum -= share * WEIGHTS[k] * (logits[i][k] - Math.log(exponents));
      }
      total += WEIGHTS[LABELS[i]];
    }
    return sum / total;
  }

  @Test
  void isPyTorchs() {
    CrossEntropyLoss loss = new CrossEntropyLoss(WEIGHTS).smoothed(EPSILON);
    INDArray labels = Nd4j.createFromArray(new double[][] {{0, 1, 0}, {1, 0, 0}});
    INDArray logits = Nd4j.createFromArray(LOGITS);
    Pair<Double, INDArray> found =
        loss.computeGradientAndScore(labels, logits, new ActivationIdentity(), null, true);
    assertEquals(expected(LOGITS), found.getFirst(), 1e-12);
    double[] numeric = new double[6];
    for (int i = 0; i < 6; i++) {
      double[][] up = {LOGITS[0].clone(), LOGITS[1].clone()};
      double[][] down = {LOGITS[0].clone(), LOGITS[1].clone()};
      up[i / 3][i % 3] += 1e-5;
      down[i / 3][i % 3] -= 1e-5;
      numeric[i] = 2 * (expected(up) - expected(down)) / 2e-5;
    }
    assertArrayEquals(numeric, found.getSecond().reshape(6).toDoubleVector(), 1e-8);
  }

  @Test
  void zeroIsThePlainLoss() {
    assertEquals(new CrossEntropyLoss(WEIGHTS), new CrossEntropyLoss(WEIGHTS).smoothed(0));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropyLoss().smoothed(1));
  }
}
