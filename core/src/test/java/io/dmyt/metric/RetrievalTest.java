package io.dmyt.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RetrievalTest {
  private static float[][] circle(double... degrees) {
    float[][] points = new float[degrees.length][];
    for (int i = 0; i < degrees.length; i++) {
      double angle = Math.toRadians(degrees[i]);
      // Lengths other than 1, which don't matter.
      points[i] =
          new float[] {(float) ((i + 1) * Math.cos(angle)), (float) ((i + 1) * Math.sin(angle))};
    }
    return points;
  }

  /**
   * Classes 0 at 0°, 10° and 35°, 1 at 14° and 50°, and 2 at 90°, which has no other. By
   * neighbours, R = 2: 0° sees 10°, 14° (1 and a half: 1/2 · 1); 10° sees 14°, 0° (1/2 · 1/2); 35°
   * sees 50°, 14° (none). R = 1: 14° sees 10° (none), 50° sees 35° (none).
   */
  @Test
  void byHand() {
    Retrieval found = Retrieval.of(circle(0, 10, 35, 14, 50, 90), new int[] {0, 0, 0, 1, 1, 2});
    assertEquals(1.0 / 5, found.precisionAt1(), 1e-12);
    assertEquals((0.5 + 0.25) / 5, found.mapAtR(), 1e-12);
  }

  @Test
  void classesApartAreFoundAlways_andOfOneNothingIsKnown() {
    assertEquals(
        new Retrieval(1, 1), Retrieval.of(circle(0, 1, 2, 90, 91), new int[] {0, 0, 0, 1, 1}));
    Retrieval none = Retrieval.of(circle(0, 1), new int[] {0, 1});
    assertTrue(Double.isNaN(none.precisionAt1()) && Double.isNaN(none.mapAtR()));
    assertThrows(IllegalArgumentException.class, () -> Retrieval.of(circle(0, 1), new int[3]));
  }

  /** With labels by chance, a neighbour is of the class as often as the class is frequent. */
  @Test
  void byChance() {
    Random random = new Random(1);
    float[][] points = new float[1200][8];
    int[] labels = new int[points.length];
    for (int i = 0; i < points.length; i++) {
      for (int k = 0; k < 8; k++) {
        points[i][k] = (float) random.nextGaussian();
      }
      labels[i] = random.nextInt(2);
    }
    Retrieval found = Retrieval.of(points, labels);
    assertEquals(0.5, found.precisionAt1(), 0.05);
    // The i-th term is P(i) rel(i): a half of a half, and little more.
    assertEquals(0.25, found.mapAtR(), 0.02);
  }
}
