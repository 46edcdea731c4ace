package io.dmyt.metric;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.FakeScore;
import io.dmyt.evaluation.EvaluationJson;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DetectionReportTest {
  private static final double EXACT = 1e-12;
  private static final boolean REAL = false;
  private static final boolean FAKE = true;

  /**
   * Fakes 0.9, 0.6, 0.6; reals 0.6, 0.1. A tie of two fakes and a real.
   *
   * <ul>
   *   <li>AUC: of the 3·2 pairs, 0.9 wins 2, each 0.6 wins 1 and ties 1: (2 + 1.5 + 1.5)/6 = 5/6
   *   <li>AP: at 0.9 recall 1/3, precision 1; at 0.6 recall 1, precision 3/4: 1/3 + 2/3·3/4 = 5/6
   *   <li>EER: the curve goes (0, 0), (0, 1/3), (1/2, 1), (1, 1); on the second stretch f + t = 1/3
   *       + s·7/6 is 1 at s = 4/7, f = 2/7. There |fnr − fpr| is 2/3 before and 1/2 after: the
   *       threshold is between 0.6 and 0.1
   *   <li>log loss: −(ln 0.9 + 2 ln 0.6 + ln 0.4 + ln 0.9)/5
   *   <li>Brier: (0.01 + 0.16 + 0.16 + 0.36 + 0.01)/5 = 0.14
   *   <li>ECE: bins of 1/15: {0.9} |0.9 − 1|, {0.6 ×3} |0.6 − 2/3|, {0.1} 0.1: (0.1 + 0.2 + 0.1)/5
   *   <li>at 0.6: all fakes found, half of the reals called fake, accuracy 4/5, balanced 3/4
   * </ul>
   */
  @Test
  void everyMetricByHand() {
    DetectionReport report =
        report(
            new double[] {0.6, 0.9, 0.6, 0.1, 0.6},
            new boolean[] {REAL, FAKE, FAKE, REAL, FAKE},
            0.6);
    assertEquals(2, report.reals());
    assertEquals(3, report.fakes());
    assertEquals(5 / 6.0, report.value(DetectionMetric.ROC_AUC), EXACT);
    assertEquals(5 / 6.0, report.value(DetectionMetric.AVERAGE_PRECISION), EXACT);
    assertEquals(2 / 7.0, report.value(DetectionMetric.EQUAL_ERROR_RATE), EXACT);
    assertEquals(0.35, report.equalErrorThreshold(), EXACT);
    assertEquals(
        -(2 * Math.log(0.9) + 2 * Math.log(0.6) + Math.log(0.4)) / 5,
        report.value(DetectionMetric.LOG_LOSS),
        EXACT);
    assertEquals(0.14, report.value(DetectionMetric.BRIER_SCORE), EXACT);
    assertEquals(0.08, report.value(DetectionMetric.CALIBRATION_ERROR), EXACT);
    assertEquals(1, report.value(DetectionMetric.TRUE_POSITIVE_RATE), EXACT);
    assertEquals(0.5, report.value(DetectionMetric.FALSE_POSITIVE_RATE), EXACT);
    assertEquals(0.8, report.value(DetectionMetric.ACCURACY), EXACT);
    assertEquals(0.75, report.value(DetectionMetric.BALANCED_ACCURACY), EXACT);
  }

  /** One score for all says nothing: AUC 1/2, precision the share of fakes, EER 1/2. */
  @Test
  void allTied() {
    DetectionReport report =
        report(new double[] {0.3, 0.3, 0.3, 0.3}, new boolean[] {REAL, FAKE, REAL, REAL}, 0.5);
    assertEquals(0.5, report.value(DetectionMetric.ROC_AUC), EXACT);
    assertEquals(0.25, report.value(DetectionMetric.AVERAGE_PRECISION), EXACT);
    assertEquals(0.5, report.value(DetectionMetric.EQUAL_ERROR_RATE), EXACT);
  }

  /** Upside down: every real above every fake. AP: 1/2·1/3 + 1/2·2/4 = 5/12. */
  @Test
  void allWrong() {
    DetectionReport report =
        report(new double[] {0.9, 0.8, 0.2, 0.1}, new boolean[] {REAL, REAL, FAKE, FAKE}, 0.5);
    assertEquals(0, report.value(DetectionMetric.ROC_AUC), EXACT);
    assertEquals(5 / 12.0, report.value(DetectionMetric.AVERAGE_PRECISION), EXACT);
    assertEquals(1, report.value(DetectionMetric.EQUAL_ERROR_RATE), EXACT);
    assertEquals(0, report.value(DetectionMetric.ACCURACY), EXACT);
  }

  /** Sure and wrong once, sure and right once: 52 ln 2 / 2, as the clip is 2⁻⁵². */
  @Test
  void logLoss_ofASureError_isFinite() {
    DetectionReport report = report(new double[] {1, 1}, new boolean[] {REAL, FAKE}, 0.5);
    assertEquals(26 * Math.log(2), report.value(DetectionMetric.LOG_LOSS), 1e-9);
  }

  @Test
  void singleClass_hasNoRanking_butLossesAndItsOwnRate() {
    DetectionReport report = report(new double[] {0.5, 0.75}, new boolean[] {FAKE, FAKE}, 0.6);
    assertNone(report, DetectionMetric.ROC_AUC);
    assertNone(report, DetectionMetric.AVERAGE_PRECISION);
    assertNone(report, DetectionMetric.EQUAL_ERROR_RATE);
    assertNone(report, DetectionMetric.FALSE_POSITIVE_RATE);
    assertTrue(Double.isNaN(report.equalErrorThreshold()));
    assertEquals(0.5, report.value(DetectionMetric.BALANCED_ACCURACY), EXACT);
    assertEquals(0.5, report.value(DetectionMetric.TRUE_POSITIVE_RATE), EXACT);
    assertEquals((0.25 + 0.0625) / 2, report.value(DetectionMetric.BRIER_SCORE), EXACT);

    DetectionReport reals = report(new double[] {0.5, 0.75}, new boolean[] {REAL, REAL}, 0.6);
    assertNone(reals, DetectionMetric.TRUE_POSITIVE_RATE);
    assertNone(reals, DetectionMetric.ROC_AUC);
    assertEquals(0.5, reals.value(DetectionMetric.BALANCED_ACCURACY), EXACT);
    assertEquals(0.5, reals.value(DetectionMetric.FALSE_POSITIVE_RATE), EXACT);
  }

  @Test
  void noSamples_noMetrics() {
    DetectionReport report = report(new double[0], new boolean[0], 0.5);
    for (DetectionMetric metric : DetectionMetric.values()) {
      assertNone(report, metric);
    }
    assertEquals("n/a", report.metrics().get(DetectionMetric.ROC_AUC).toString());
  }

  @Test
  void unscoredSamples_areCountedAndLeftOut() {
    DetectionReport report =
        report(
            new double[] {Double.NaN, 0.9, 0.2, Double.NaN, Double.NaN},
            new boolean[] {FAKE, FAKE, REAL, REAL, REAL},
            0.5);
    assertEquals(3, report.unscored());
    assertEquals(1, report.reals());
    assertEquals(1, report.fakes());
    assertEquals(1, report.value(DetectionMetric.ROC_AUC), EXACT);
    assertEquals(1, report.value(DetectionMetric.ACCURACY), EXACT);
  }

  /**
   * 100 reals of which 20 are called fake, independent: the false positive rate's interval must be
   * close to the normal approximation's, 0.2 ± 1.96 √(0.2·0.8/100) = 0.2 ± 0.0784.
   */
  @Test
  void interval_ofAShare_isTheBinomials() {
    double[] scores = new double[101];
    boolean[] fakes = new boolean[101];
    for (int i = 0; i < 20; i++) {
      scores[i] = 0.9;
    }
    fakes[100] = FAKE;
    Estimate rate =
        DetectionReport.of(DetectionScores.of(scores, fakes), 0.5, Bootstrap.DEFAULT)
            .metrics()
            .get(DetectionMetric.FALSE_POSITIVE_RATE);
    assertEquals(0.2, rate.value(), EXACT);
    assertEquals(0.2 - 0.0784, rate.low(), 0.011);
    assertEquals(0.2 + 0.0784, rate.high(), 0.011);
  }

  /**
   * The same 100 reals, but in 10 videos whose frames all agree: only 10 of them are independent,
   * and the interval is √10 times as wide.
   */
  @Test
  void interval_ofFrames_isMadeOverVideos() {
    double[] scores = new double[101];
    boolean[] fakes = new boolean[101];
    List<String> videos = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      scores[i] = i < 20 ? 0.9 : 0;
      videos.add("video " + i / 10);
    }
    fakes[100] = FAKE;
    Estimate rate =
        DetectionReport.of(DetectionScores.of(scores, fakes, videos), 0.5, Bootstrap.DEFAULT)
            .metrics()
            .get(DetectionMetric.FALSE_POSITIVE_RATE);
    assertEquals(0.2, rate.value(), EXACT);
    assertEquals(0, rate.low(), EXACT);
    assertEquals(0.5, rate.high(), 0.11);
  }

  @Test
  void intervals_holdTheirMetrics_andTheSeedDecides() {
    DetectionScores scores = normal(300, 11);
    DetectionReport report = DetectionReport.of(scores, 0.5, new Bootstrap(500, 0.95, 1));
    report
        .metrics()
        .forEach(
            (metric, estimate) -> {
              // The calibration error is biased: on a resample it is larger.
              boolean inside =
                  estimate.low() <= estimate.value() && estimate.value() <= estimate.high();
              assertTrue(
                  inside || metric == DetectionMetric.CALIBRATION_ERROR, metric + " " + estimate);
              assertTrue(estimate.low() < estimate.high(), metric + " " + estimate);
            });
    assertEquals(report, DetectionReport.of(scores, 0.5, new Bootstrap(500, 0.95, 1)));
    assertNotEquals(
        report.metrics(), DetectionReport.of(scores, 0.5, new Bootstrap(500, 0.95, 2)).metrics());
  }

  /**
   * Of 200 experiments with known truth, the 90 % intervals must hold it in about 180; fewer than
   * 165 or more than 195 has a chance below 1 in 1,000. Scores of reals N(0, 1), of fakes N(1, 1):
   * AUC Φ(1/√2) = 0.7602.
   */
  @Test
  void intervals_coverTheTruth() {
    int covered = 0;
    for (int experiment = 0; experiment < 200; experiment++) {
      Estimate area =
          DetectionReport.of(
                  normal(200, 1000 + experiment), 0.5, new Bootstrap(300, 0.9, experiment))
              .metrics()
              .get(DetectionMetric.ROC_AUC);
      covered += area.low() <= 0.760249938906524 && 0.760249938906524 <= area.high() ? 1 : 0;
    }
    assertTrue(covered >= 165 && covered <= 195, "covered " + covered);
  }

  @Test
  void json_keepsEveryMetric() {
    DetectionReport report = DetectionReport.of(normal(40, 3), 0.5, new Bootstrap(50, 0.95, 1));
    String json = EvaluationJson.write(report);
    assertTrue(json.contains("\"rocAuc\""), json);
    assertEquals(report, EvaluationJson.read(json, DetectionReport.class));

    DetectionReport empty = report(new double[] {Double.NaN}, new boolean[] {FAKE}, 0.5);
    String none = EvaluationJson.write(empty);
    assertFalse(none.contains("NaN"), none);
    assertEquals(empty, EvaluationJson.read(none, DetectionReport.class));
  }

  @Test
  void estimate_asText() {
    assertEquals("0.5000", new Estimate(0.5, Double.NaN, Double.NaN).toString());
    assertEquals("0.5000 [0.2500, 0.7500]", new Estimate(0.5, 0.25, 0.75).toString());
  }

  @Test
  void faultyArguments_areNamed() {
    boolean[] one = {FAKE};
    assertFault("1.5, not in 0 to 1", () -> DetectionScores.of(new double[] {1.5}, one));
    assertFault(
        "sample 0 is Infinity",
        () -> DetectionScores.of(new double[] {Double.POSITIVE_INFINITY}, one));
    assertFault("2 scores, 1 truths", () -> DetectionScores.of(new double[2], one));
    assertFault(
        "video a has real and fake frames",
        () -> DetectionScores.of(new double[2], new boolean[] {REAL, FAKE}, List.of("a", "a")));
    assertFault("a threshold must be from 0 to 1", () -> report(new double[1], one, Double.NaN));
    assertFault("resamples must not be negative", () -> new Bootstrap(-1, 0.95, 0));
    assertFault("confidence must be between 0 and 1", () -> new Bootstrap(1, 1, 0));
  }

  private static DetectionReport report(double[] scores, boolean[] fakes, double threshold) {
    return DetectionReport.of(DetectionScores.of(scores, fakes), threshold, Bootstrap.NONE);
  }

  private static void assertNone(DetectionReport report, DetectionMetric metric) {
    assertTrue(Double.isNaN(report.value(metric)), metric + " " + report.value(metric));
  }

  /** Half reals N(0, 1), half fakes N(1, 1), squeezed into 0 to 1. */
  private static DetectionScores normal(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] scores = new double[size];
    boolean[] fakes = new boolean[size];
    for (int i = 0; i < size; i++) {
      fakes[i] = i % 2 == 1;
      scores[i] = FakeScore.ofLogit(random.nextGaussian() + (fakes[i] ? 1 : 0));
    }
    return DetectionScores.of(scores, fakes);
  }
}
