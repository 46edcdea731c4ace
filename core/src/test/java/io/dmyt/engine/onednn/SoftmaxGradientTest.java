package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.internal.Address;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Requires(Requires.Machine.ONEDNN)
class SoftmaxGradientTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "40, 7", "64, 49", "12, 197"})
  void itsProductsGiveTheFormula(int height, int width) {
    try (NativeScope scope = new NativeScope()) {
      Emitter emit = new Emitter(scope);
      Format rows = Format.plain(scope, height, width);
      Tensor y = emit.tensor(rows);
      Tensor dy = emit.tensor(rows);
      new SoftmaxGradient(emit, Precision.F32, y).emitProducts(y, dy, dy);
      Arena.Layout layout = new Arena.Layout(emit.tensors());
      long base =
          new Arena(scope).reserve(layout.bytes() + emit.scratchBytes() + Address.ALIGNMENT);
      layout.bind(emit.tensors(), base);
      emit.scratchpads().forEach(pad -> pad.at(Address.align(base + layout.bytes())));
      float[] shares = shares(height, width);
      float[] given = values(height * width);
      Address.write(y.address(), shares);
      Address.write(dy.address(), given);
      emit.steps(Emitter.Phase.FORWARD).forEach(Runnable::run);
      float[] found = Address.read(dy.address(), (long) height * width);
      for (int row = 0; row < height; row++) {
        double sum = 0;
        for (int i = row * width; i < (row + 1) * width; i++) {
          sum += (double) shares[i] * given[i];
        }
        for (int i = row * width; i < (row + 1) * width; i++) {
          assertEquals(shares[i] * (given[i] - sum), found[i], 1e-6);
        }
      }
    }
  }

  private static float[] values(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }

  /** Rows of positive numbers that sum to 1. */
  private static float[] shares(int height, int width) {
    float[] shares = values(height * width);
    for (int row = 0; row < height; row++) {
      double sum = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        shares[i] = (float) Math.exp(shares[i]);
        sum += shares[i];
      }
      for (int i = row * width; i < (row + 1) * width; i++) {
        shares[i] = (float) (shares[i] / sum);
      }
    }
    return shares;
  }
}
