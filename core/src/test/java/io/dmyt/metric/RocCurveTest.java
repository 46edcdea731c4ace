package io.dmyt.metric;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.OperatingPoint;
import io.dmyt.evaluation.Calibrations;
import java.util.List;
import org.junit.jupiter.api.Test;

class RocCurveTest {
  /** Fakes 0.8, 0.4; reals 0.6, 0.2: corners (0, 0), (0, ½), (½, ½), (½, 1), (1, 1). */
  private static final RocCurve STAIRS =
      curve(new double[] {0.8, 0.6, 0.4, 0.2}, true, false, true, false);

  @Test
  void points_areTheCorners_thresholdsBetweenScores() {
    double[][] expected = {{0.9, 0, 0}, {0.7, 0, 0.5}, {0.5, 0.5, 0.5}, {0.3, 0.5, 1}, {0.1, 1, 1}};
    assertEquals(expected.length, STAIRS.points().size());
    for (int i = 0; i < expected.length; i++) {
      RocCurve.Point point = STAIRS.points().get(i);
      assertEquals(expected[i][0], point.threshold(), 1e-12);
      assertEquals(expected[i][1], point.falsePositiveRate());
      assertEquals(expected[i][2], point.truePositiveRate());
    }
    assertEquals(0.75, STAIRS.area(), 1e-12);
    assertEquals(new RocCurve.EqualErrorRate(0.5, 0.5), STAIRS.equalErrorRate());
  }

  @Test
  void atFalsePositiveRate_findsMostAtThePrice() {
    assertEquals(0.7, STAIRS.atFalsePositiveRate(0).threshold(), 1e-12);
    assertEquals(0.7, STAIRS.atFalsePositiveRate(0.49).threshold(), 1e-12);
    assertEquals(0.3, STAIRS.atFalsePositiveRate(0.5).threshold(), 1e-12);
    assertEquals(0.3, STAIRS.atFalsePositiveRate(1).threshold(), 1e-12);
    assertFault("found NaN", () -> STAIRS.atFalsePositiveRate(Double.NaN));
  }

  /** The highest score is a real's 1: no threshold below it has no false positive. */
  @Test
  void atFalsePositiveRate_mayCallNothingFake() {
    RocCurve curve = curve(new double[] {1, 0.5}, false, true);
    OperatingPoint point = Calibrations.atFalsePositiveRate(curve, 0.01);
    assertEquals(OperatingPoint.NEVER, point.threshold());
    assertEquals(0.0, point.truePositiveRate());
    assertFalse(point.isFake(1));
  }

  /** Neighbouring doubles have no number between: the threshold is the upper one. */
  @Test
  void thresholds_separateNeighbouringNumbers() {
    double low = 0.3;
    double high = Math.nextUp(low);
    RocCurve curve = curve(new double[] {high, low}, true, false);
    assertEquals(high, curve.points().get(1).threshold());
  }

  @Test
  void scoresOfZero_areCalledAtTheLastPoint() {
    RocCurve curve = curve(new double[] {0.5, 0}, true, false);
    assertEquals(0, curve.points().get(2).threshold());
    assertEquals(0.25, curve.points().get(1).threshold());
  }

  @Test
  void operatingPoints_sayWhatTheyGiveAndWhy() {
    OperatingPoint equal = Calibrations.atEqualErrorRate(STAIRS);
    assertEquals(new OperatingPoint(0.5, "equal error rate", 0.5, 0.5), equal);
    assertTrue(equal.isFake(0.5));
    assertFalse(equal.isFake(0.49));
    assertEquals(
        "false positive rate at most 0.05",
        Calibrations.atFalsePositiveRate(STAIRS, 0.05).criterion());
    assertFault("a threshold must be from 0 to 1", () -> new OperatingPoint(-0.1, "x", 0, 0));
    assertFault("needs a criterion", () -> new OperatingPoint(0.1, " ", 0, 0));
  }

  @Test
  void singleClassOrNothing_leavesNoCurve() {
    for (RocCurve none :
        List.of(curve(new double[] {0.1, 0.2}, true, true), curve(new double[0]))) {
      assertTrue(none.points().isEmpty());
      assertTrue(Double.isNaN(none.area()));
      assertTrue(Double.isNaN(none.equalErrorRate().rate()));
      assertThrows(IllegalStateException.class, () -> none.atFalsePositiveRate(0.1));
      assertThrows(IllegalStateException.class, () -> Calibrations.atEqualErrorRate(none));
    }
  }

  private static RocCurve curve(double[] scores, boolean... fakes) {
    return RocCurve.of(DetectionScores.of(scores, fakes));
  }
}
