package io.dmyt.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.training.EpochSums;
import io.dmyt.training.TakenStep;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoundSumTest {
  private static RoundSum worker(int number, float value, float @Nullable [] updater, int steps) {
    List<TakenStep> taken = Collections.nCopies(steps, new TakenStep(number, EpochSums.NONE));
    return RoundSum.of(
        number,
        new NetworkState(new float[] {value, -value}, updater, steps),
        new RoundSum.Work(taken, List.of(new RoundSum.BadImage(number + ".png", "broken"))));
  }

  @Test
  void isTheMeanOfWeightsAndOptimiserState() {
    RoundSum sum =
        worker(2, 5, new float[] {3}, 2)
            .plus(worker(0, 1, new float[] {0}, 3))
            .plus(RoundSum.NOTHING)
            .plus(worker(1, 3, new float[] {6}, 3));
    NetworkState mean = sum.average();
    assertArrayEquals(new float[] {3, -3}, mean.parameters());
    assertArrayEquals(new float[] {3}, mean.updater());
    assertEquals(3, mean.iteration());
    // Worker after worker, whoever came first.
    assertEquals(
        List.of(0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0),
        sum.steps().stream().map(TakenStep::loss).toList());
    assertEquals(
        List.of("0.png", "1.png", "2.png"),
        sum.bad().stream().map(RoundSum.BadImage::path).toList());
  }

  /** None of whose images could be read. */
  @Test
  void whoTookNoStepDoesNotCount() {
    NetworkState mean = worker(0, 4, null, 1).plus(worker(1, 100, null, 0)).average();
    assertArrayEquals(new float[] {4, -4}, mean.parameters());
    assertNull(mean.updater());
    RoundSum nobody = worker(0, 1, null, 0).plus(RoundSum.NOTHING);
    assertThrows(IllegalStateException.class, nobody::average);
  }

  /** One worker's numbers come back bit by bit, and two don't depend on their order. */
  @Test
  void oneWorkerIsItself() {
    float odd = 0.1f + Math.ulp(0.1f);
    assertArrayEquals(new float[] {odd, -odd}, worker(0, odd, null, 1).average().parameters());
    RoundSum a = worker(0, odd, null, 1);
    RoundSum b = worker(1, 1e-9f, null, 1);
    assertArrayEquals(a.plus(b).average().parameters(), b.plus(a).average().parameters());
  }
}
