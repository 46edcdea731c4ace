package io.dmyt.loss;

import static io.dmyt.loss.DummiesTest.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.loss.TripletMiner.Kind;
import io.dmyt.loss.TripletMiner.Triplet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

  /**
   * From 0° the positive at 30° is 0.518 away, and 25°, 41°, 43° and -35° are 0.433, 0.700, 0.733
   * and 0.601; from 30° they are 0.087, 0.192, 0.226 and 1.075.
   */
  @Test
  void aHardNegativeIsNoFartherThanThePositive() {
    INDArray points = circle(0, 30, 25, 41, 43, -35);
    int[] labels = {0, 0, 1, 2, 3, 4};
    List<Triplet> hard =
        List.of(
            new Triplet(0, 1, 2), new Triplet(1, 0, 2), new Triplet(1, 0, 3), new Triplet(1, 0, 4));
    List<Triplet> all = new ArrayList<>(hard);
    all.addAll(1, List.of(new Triplet(0, 1, 3), new Triplet(0, 1, 5)));
    assertEquals(hard, TripletMiner.mine(points, labels, Kind.HARD, TripletMiner.MARGIN));
    assertEquals(all, TripletMiner.mine(points, labels, Kind.ALL, TripletMiner.MARGIN));
    all.add(3, new Triplet(0, 1, 4));
    all.add(new Triplet(1, 0, 5));
    assertEquals(
        Set.copyOf(all), Set.copyOf(TripletMiner.mine(points, labels, Kind.ALL, 2)), "any");
  }

  @Test
  void theHardestOfABatch() {
    assertEquals(
        List.of(new Triplet(0, 2, 3), new Triplet(1, 2, 3), new Triplet(2, 1, 4)),
        TripletMiner.mine(
            circle(0, 30, -40, 35, -70, 5), new int[] {0, 0, 0, 1, 2, -1}, Kind.BATCH_HARD, 0));
    assertEquals(
        List.of(), TripletMiner.mine(circle(0, 30, 40), new int[] {0, 0, 0}, Kind.BATCH_HARD, 0));
    assertEquals(
        List.of(), TripletMiner.mine(circle(0, 30, 40), new int[] {0, 1, 2}, Kind.BATCH_HARD, 0));
  }

  /** 60° are a distance of 1, 90° one of √2, 180° one of 2. */
  @Test
  void meanDistances() {
    PairDistances pairs =
        new TripletMiner(circle(0, 60, 90, 180, 7), new int[] {0, 0, 1, 0, -1}).pairDistances();
    double of120 = Math.sqrt(3);
    assertEquals((1 + 2 + of120) / 3, pairs.meanOfSame(), 1e-12);
    assertEquals(
        (2 * Math.sqrt(2) + 2 * Math.sin(Math.toRadians(15))) / 3, pairs.meanOfDifferent(), 1e-12);
    assertEquals(6, pairs.plus(pairs).samePairs());
    assertEquals(pairs.meanOfSame(), pairs.plus(pairs).meanOfSame(), 1e-12);
    assertTrue(Double.isNaN(PairDistances.NONE.meanOfSame()));
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
