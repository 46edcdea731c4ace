package io.dmyt.loss;

import static io.dmyt.loss.DummiesTest.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.loss.TripletMiner.Triplet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TripletMinerTest {
  /** Points on the unit circle at these angles: the distance of two is 2 sin(angle / 2). */
  private static INDArray circle(double... degrees) {
    double[][] points = new double[degrees.length][];
    for (int i = 0; i < degrees.length; i++) {
      double angle = Math.toRadians(degrees[i]);
      // Lengths other than 1, which mining doesn't see.
      points[i] = new double[] {(i + 1) * Math.cos(angle), (i + 1) * Math.sin(angle)};
    }
    return Nd4j.createFromArray(points);
  }

  /**
   * From 0°: its class's other is at 30°, a distance of 0.518; 0.2 farther is 0.718, at 42.08°.
   * From 30° with its positive at 0°, the negatives at 25°, 41°, 43° and -35° are 0.087, 0.192,
   * 0.226 and 1.075 away: none lies between 0.518 and 0.718.
   */
  @Test
  void aNegativeIsFartherThanThePositiveButNotByMuch() {
    assertEquals(
        List.of(new Triplet(0, 1, 3), new Triplet(0, 1, 5)),
        TripletMiner.mine(circle(0, 30, 25, 41, 43, -35), new int[] {0, 0, 1, 2, 3, 4}));
  }

  @Test
  void anExampleWithoutClassIsInNoTriplet() {
    assertEquals(
        List.of(new Triplet(0, 1, 3)),
        TripletMiner.mine(circle(0, 30, 25, 41, 43, -35), new int[] {0, 0, 1, 2, 3, -1}));
  }

  @Test
  void nothingToMine() {
    assertEquals(List.of(), TripletMiner.mine(circle(0, 30, 40), new int[] {0, 0, 0}));
    assertEquals(List.of(), TripletMiner.mine(circle(0, 30, 40), new int[] {0, 1, 2}));
    assertEquals(List.of(), TripletMiner.mine(Nd4j.zeros(3, 4), new int[] {0, 0, 1}));
    assertFault("[2, size]", () -> TripletMiner.mine(circle(0, 30, 40), new int[] {0, 0}));
  }
}
