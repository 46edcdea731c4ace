package io.dmyt.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.engine.Requires;
import io.dmyt.engine.Twins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

@Requires(Requires.Machine.HOST_ARRAYS)
class FusedAdamWTest {
  private static final FusedAdamW ADAM_W = new FusedAdamW(0.01, 0.9, 0.999, 1e-8, 0.1);

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8192, 8193, 30_001})
  void followsTheFormulaInDouble(int length) {
    INDArray p = Twins.random(1, length);
    INDArray m = Nd4j.zeros(DataType.FLOAT, length);
    INDArray v = Nd4j.zeros(DataType.FLOAT, length);
    double[] expected = p.toDoubleVector();
    double[] mean = new double[length];
    double[] square = new double[length];
    for (int t = 1; t <= 4; t++) {
      INDArray g = Twins.random(10 + t, length);
      ADAM_W.step(p, g, m, v, t, 0.25);
      for (int i = 0; i < length; i++) {
        double gradient = 0.25 * g.getDouble(i);
        expected[i] *= 1 - 0.01 * 0.1;
        mean[i] = 0.9 * mean[i] + 0.1 * gradient;
        square[i] = 0.999 * square[i] + 0.001 * gradient * gradient;
        expected[i] -=
            0.01
                / (1 - Math.pow(0.9, t))
                * mean[i]
                / (Math.sqrt(square[i]) / Math.sqrt(1 - Math.pow(0.999, t)) + 1e-8);
      }
    }
    assertArrayEquals(expected, p.toDoubleVector(), 1e-6);
    assertArrayEquals(mean, m.toDoubleVector(), 1e-6);
    assertArrayEquals(square, v.toDoubleVector(), 1e-6);
  }

  @Test
  void stepsThroughViewsAndLeavesTheRestAlone() {
    INDArray all = Nd4j.zeros(DataType.FLOAT, 10);
    INDArray view = all.get(NDArrayIndex.interval(3, 7));
    INDArray zero = Nd4j.zeros(DataType.FLOAT, 4);
    ADAM_W.step(view, Nd4j.ones(DataType.FLOAT, 4), zero, zero.dup(), 1, 1);
    assertEquals(-0.04, all.sumNumber().doubleValue(), 1e-6);
    assertEquals(0, all.getDouble(2));
    assertEquals(0, all.getDouble(7));
    assertEquals(-0.01, all.getDouble(3), 1e-7);
  }

  @Test
  void saysWhatIsWrong() {
    INDArray a = Nd4j.zeros(DataType.FLOAT, 4);
    assertThrows(IllegalArgumentException.class, () -> ADAM_W.step(a, a, a, a, 0, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> ADAM_W.step(a, Nd4j.zeros(DataType.FLOAT, 5), a, a, 1, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> ADAM_W.step(a, Nd4j.zeros(DataType.DOUBLE, 4), a, a, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new FusedAdamW(-1, 0.9, 0.9, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new FusedAdamW(1, 1, 0.9, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new FusedAdamW(1, 0.9, 1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new FusedAdamW(1, 0.9, 0.9, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new FusedAdamW(1, 0.9, 0.9, 1, Double.NaN));
  }
}
