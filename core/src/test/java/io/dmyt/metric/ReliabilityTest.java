package io.dmyt.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReliabilityTest {
  /** 15 bins, closed above: 1/15 is in the first, the next number in the second. */
  @Test
  void edges_belongToTheBinBelow() {
    assertEquals(0, Reliability.bin(0));
    assertEquals(14, Reliability.bin(1));
    for (int edge = 1; edge < Reliability.BINS; edge++) {
      double score = edge / (double) Reliability.BINS;
      assertEquals(edge - 1, Reliability.bin(score));
      assertEquals(edge - 1, Reliability.bin(Math.nextDown(score)));
      assertEquals(edge, Reliability.bin(Math.nextUp(score)));
    }
  }

  /** In the bin above 7/15: 0.5 and 0.52, one of them a fake; nothing anywhere else. */
  @Test
  void bins_byHand() {
    Reliability reliability =
        Reliability.of(
            DetectionScores.of(
                new double[] {0.5, Double.NaN, 0.52}, new boolean[] {true, true, false}));
    Reliability.Bin bin = reliability.bins().get(7);
    assertEquals(2, bin.samples());
    assertEquals(0.51, bin.meanScore(), 1e-12);
    assertEquals(0.5, bin.fakeShare());
    assertEquals(0.01, reliability.expectedCalibrationError(), 1e-12);
    assertEquals(0, reliability.bins().get(8).samples());
    assertTrue(Double.isNaN(reliability.bins().get(8).fakeShare()));
    assertTrue(Double.isNaN(reliability.bins().get(8).meanScore()));
  }
}
