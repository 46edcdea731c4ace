package io.dmyt.evaluation.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AxisTest {
  private static List<String> labels(Axis axis) {
    return axis.ticks().stream().map(Axis::label).toList();
  }

  @Test
  void ticksAreRoundNumbers() {
    assertEquals(
        List.of("0", "0.2", "0.4", "0.6", "0.8", "1"), labels(new Axis(-0.025, 1.025, false)));
    assertEquals(
        List.of("1e-5", "1.2e-5", "1.4e-5", "1.6e-5", "1.8e-5", "2e-5"),
        labels(new Axis(9.7e-6, 2.03e-5, false)));
    assertEquals(List.of("-200", "-100", "0", "100"), labels(new Axis(-250, 150, false)));
    assertEquals(
        List.of("0", "2e11", "4e11"), labels(new Axis(-1e10, 1.03e12, false)).subList(0, 3));
  }

  /** Epochs have no halves, however few there are. */
  @Test
  void wholeNumbersStayWhole() {
    assertEquals(List.of("1"), labels(Axis.around(new double[] {1}, true)));
    assertEquals(List.of("1", "2"), labels(Axis.around(new double[] {1, 2}, true)));
    assertEquals("50", labels(Axis.around(new double[] {1, 300}, true)).get(0));
  }

  @Test
  void everyRangeHasAFewTicksInside() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      double middle = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-12, 13));
      double half = Math.abs(middle) * Math.pow(10, -8 * random.nextDouble()) + 1e-12;
      Axis axis = new Axis(middle - half, middle + half, false);
      List<BigDecimal> ticks = axis.ticks();
      assertTrue(ticks.size() >= 2 && ticks.size() <= 8, axis + " has " + ticks);
      for (BigDecimal tick : ticks) {
        double place = axis.place(tick.doubleValue());
        assertTrue(place >= -1e-6 && place <= 1 + 1e-6, axis + " has " + ticks);
        assertEquals(
            tick.doubleValue(),
            Double.parseDouble(Axis.label(tick)),
            1e-15 * half + Math.ulp(middle));
      }
    }
  }

  @Test
  void valuesWithoutASpanHaveOne() {
    assertEquals(new Axis(0, 1, false), Axis.around(new double[0], false));
    assertEquals(new Axis(-0.5, 0.5, false), Axis.around(new double[] {0, 0}, false));
    assertEquals(0.5, Axis.around(new double[] {7, 7 + 1e-14}, false).place(7), 1e-9);
  }

  @Test
  void rangesThatAreNoneAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Axis(1, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Axis(Double.NaN, 1, false));
    assertThrows(
        IllegalArgumentException.class, () -> new Axis(0, Double.POSITIVE_INFINITY, false));
  }
}
