package io.dmyt;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FakeScoreTest {
  /** softmax(ln 1, ln 2, ln 5) = 1/8, 2/8, 5/8: all but the real one's. */
  @Test
  void probability_isAllThatIsNotReal() {
    double[] scores = {0, Math.log(2), Math.log(5)};
    assertEquals(7 / 8.0, FakeScore.probability(scores, 0, 1), 1e-12);
    assertEquals(6 / 8.0, FakeScore.probability(scores, 1, 1), 1e-12);
    assertEquals(3 / 8.0, FakeScore.probability(scores, 2, 1), 1e-12);
    assertEquals(Math.log(7), FakeScore.logit(scores, 0, 1), 1e-12);
  }

  /** The fakes' scores of 2 : 5 share P(fake), whatever calibration made of it. */
  @Test
  void classProbabilities_agreeWithTheFakes() {
    double[] scores = {Math.log(2), 0, Math.log(5)};
    assertArrayEquals(
        new double[] {2 / 8.0, 1 / 8.0, 5 / 8.0},
        FakeScore.classProbabilities(scores, 1, 1, 7 / 8.0),
        1e-12);
    assertArrayEquals(
        new double[] {0.1, 0.65, 0.25}, FakeScore.classProbabilities(scores, 1, 1, 0.35), 1e-12);
  }

  @Test
  void toLogit_undoesOfLogit_andStaysFinite() {
    assertEquals(-3, FakeScore.toLogit(FakeScore.ofLogit(-3)), 1e-12);
    assertEquals(52 * Math.log(2), FakeScore.toLogit(1), 1e-12);
    assertEquals(-52 * Math.log(2), FakeScore.toLogit(0), 1e-12);
    assertTrue(Double.isNaN(FakeScore.toLogit(Double.NaN)));
  }

  @Test
  void twoClasses_dependOnTheDifferenceTimesTheScale() {
    assertEquals(0.5, FakeScore.probability(new double[] {3, 3}, 1, 7), 1e-12);
    assertEquals(6, FakeScore.logit(new double[] {3, 1}, 1, 3), 1e-12);
    assertEquals(-6, FakeScore.logit(new double[] {3, 1}, 0, 3), 1e-12);
  }

  /**
   * For two dummies, an embedding and any variance, Bayes' rule over the two Gaussians is the
   * softmax of the dummies' scores with the scale n/σ².
   */
  @Test
  void gaussiansAroundDummies_giveTheSoftmaxOfScores() {
    double[] embedding = {0.9, -0.2, 0.3, 0.7};
    double[][] dummies = {{0, 0, 1, 1}, {1, 1, 0, 0}};
    double variance = 0.8;
    double[] scores = new double[2];
    double[] densities = new double[2];
    for (int k = 0; k < 2; k++) {
      double distance = 0;
      for (int i = 0; i < 4; i++) {
        scores[k] += embedding[i] * dummies[k][i] / 2;
        distance += Math.pow(embedding[i] - dummies[k][i], 2);
      }
      densities[k] = Math.exp(-distance / (2 * variance));
    }
    assertEquals(
        densities[0] / (densities[0] + densities[1]),
        FakeScore.probability(scores, 1, 2 / variance),
        1e-12);
  }

  /** On the line between two dummies of 16 features, nearer to the fake's by the margin of 1. */
  @Test
  void dummyScale_makesTheMarginTheUnit() {
    int size = 16;
    double distance = Math.sqrt(size);
    double alongToFake = (distance + 1) / 2 / distance;
    double[] scores = {alongToFake, 1 - alongToFake};
    assertEquals(1, FakeScore.logit(scores, 1, FakeScore.dummyScale(size)), 1e-12);
  }

  @Test
  void extremes_neitherOverflowNorVanish() {
    assertEquals(1, FakeScore.probability(new double[] {1e300, -1e300}, 1, 1));
    assertEquals(0, FakeScore.probability(new double[] {1e300, -1e300}, 0, 1));
    assertEquals(Math.exp(-100), FakeScore.probability(new double[] {100, 0}, 0, 1), 1e-56);
    assertTrue(Double.isNaN(FakeScore.probability(new double[] {Double.NaN, 0}, 0, 1)));
    assertTrue(Double.isNaN(FakeScore.probability(new double[] {0, 1, Double.NaN}, 0, 1)));
  }

  @Test
  void faultyArguments_areNamed() {
    assertFault(
        "the real class is 2, but there are only 2 classes",
        () -> FakeScore.probability(new double[2], 2, 1));
    assertFault(
        "the real class is 0, but there are only 1 classes",
        () -> FakeScore.probability(new double[1], 0, 1));
    assertFault("scale must be above 0", () -> FakeScore.probability(new double[2], 0, 0));
    assertFault("2 features or more, found 1", () -> FakeScore.dummyScale(1));
  }
}
