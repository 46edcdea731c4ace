package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.training.LearningRates.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRatesTest {
  private static double at(LearningRates rates, int epoch, double done) {
    return rates.at(epoch, done, 0.1, 10, List.of());
  }

  @Test
  void stepIsTheReferences() {
    LearningRates rates = LearningRates.REFERENCE;
    for (int epoch = 0; epoch < 10; epoch++) {
      assertEquals(Math.pow(0.5, Math.floorDiv(epoch, 3)), at(rates, epoch, 0.7));
    }
  }

  @Test
  void cosineFallsToTheLowestByItsFormula() {
    LearningRates rates = new LearningRates(Shape.COSINE, 0, 0.5, 0, 0.1);
    assertEquals(1, at(rates, 0, 0));
    assertEquals(0.1 + 0.9 * 0.5, at(rates, 5, 0), 1e-15);
    assertEquals(0.1 + 0.9 * (1 + Math.cos(Math.PI * 0.325)) / 2, at(rates, 3, 0.25), 1e-15);
    assertEquals(0.1, at(rates, 9, 1), 1e-15);
  }

  @Test
  void cosineBeginsAnew() {
    LearningRates rates = new LearningRates(Shape.COSINE, 4, 0.5, 0, 0);
    assertEquals(1, at(rates, 4, 0));
    assertEquals(0.5, at(rates, 6, 0), 1e-15);
    assertEquals((1 + Math.cos(Math.PI * 3.9 / 4)) / 2, at(rates, 3, 0.9), 1e-15);
  }

  /** Ten steps an epoch: the first of 20 has a twentieth, the last all of it. */
  @Test
  void warmsUpStepByStep() {
    LearningRates rates = new LearningRates(Shape.CONSTANT, 1, 0.5, 2, 0);
    assertEquals(0.05, at(rates, 0, 0), 1e-15);
    assertEquals(0.5, at(rates, 0, 0.9), 1e-15);
    assertEquals(1, at(rates, 1, 0.9), 1e-15);
    assertEquals(1, at(rates, 7, 0.3));
    LearningRates cosine = new LearningRates(Shape.COSINE, 0, 0.5, 2, 0);
    assertEquals((1 + Math.cos(Math.PI * 4 / 8)) / 2, at(cosine, 6, 0), 1e-15);
  }

  @Test
  void plateauFallsWhereTheLossDoesNot() {
    LearningRates rates = new LearningRates(Shape.PLATEAU, 2, 0.1, 0, 0);
    List<Double> losses = List.of(3.0, 2.0, 2.0, 2.5, 1.0, 1.5, 1.0, 1.0, 1.0);
    double[] expected = {1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001};
    for (int epoch = 0; epoch <= losses.size(); epoch++) {
      double found = rates.at(epoch, 0, 0.1, 20, losses.subList(0, epoch));
      assertEquals(expected[epoch], found, 1e-15, "epoch " + epoch);
    }
  }

  @Test
  void checksItsNumbers() {
    assertThrows(IllegalArgumentException.class, () -> new LearningRates(Shape.STEP, 0, 0.5, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LearningRates(Shape.STEP, 1, 0, 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new LearningRates(Shape.COSINE, 0, 1, Double.NaN, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new LearningRates(Shape.COSINE, 0, 1, 0, 1.5));
  }
}
