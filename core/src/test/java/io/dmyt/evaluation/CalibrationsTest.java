package io.dmyt.evaluation;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Calibration;
import io.dmyt.FakeScore;
import io.dmyt.OperatingPoint;
import io.dmyt.metric.DetectionScores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CalibrationsTest {
  /**
   * A real at logit −2 and a fake at 2: Platt's targets are 1/3 and 2/3, which slope a and offset 0
   * meet exactly when 2a = ln 2.
   */
  @ParameterizedTest
  @EnumSource(
      value = Calibration.Kind.class,
      names = {"TEMPERATURE", "PLATT"})
  void twoSamples_byHand(Calibration.Kind kind) {
    Calibration calibration = Calibrations.fit(kind, scores(new boolean[] {false, true}, -2, 2));
    assertEquals(Math.log(2) / 2, calibration.slope(), 1e-8);
    assertEquals(0, calibration.offset(), 1e-8);
    assertEquals(2 / 3.0, calibration.apply(FakeScore.ofLogit(2)), 1e-8);
  }

  /** Logits −1 and 3 with the same targets: Platt shifts by 1, so that a·(x − 1) is ± ln 2. */
  @Test
  void platt_shifts() {
    Calibration calibration =
        Calibrations.fit(Calibration.Kind.PLATT, scores(new boolean[] {false, true}, -1, 3));
    assertEquals(Math.log(2) / 2, calibration.slope(), 1e-8);
    assertEquals(-Math.log(2) / 2, calibration.offset(), 1e-8);
  }

  /** Scores as sure as can be, without an error and with one. */
  @ParameterizedTest
  @EnumSource(
      value = Calibration.Kind.class,
      names = {"TEMPERATURE", "PLATT"})
  void saturatedScores_areFittedToo(Calibration.Kind kind) {
    boolean[] fakes = new boolean[100];
    double[] scores = new double[100];
    for (int i = 0; i < 100; i++) {
      fakes[i] = i >= 50;
      scores[i] = fakes[i] ? 1 : 0;
    }
    Calibration right = Calibrations.fit(kind, DetectionScores.of(scores, fakes));
    assertEquals(51 / 52.0, right.apply(1), 1e-6);
    scores[0] = 1;
    Calibration once = Calibrations.fit(kind, DetectionScores.of(scores, fakes));
    assertTrue(once.apply(1) < right.apply(1));
    assertTrue(once.apply(1) > 0.9);
  }

  @Test
  void none_leavesScoresAsTheyAre() {
    DetectionScores scores = scores(new boolean[] {false, true}, -2, 2);
    Calibration none = Calibrations.fit(Calibration.Kind.NONE, scores);
    assertEquals(Calibration.NONE, none);
    for (double p : new double[] {0, 1e-300, 0.3, 1}) {
      assertEquals(p, none.apply(p));
    }
    assertEquals(0.5, none.operatingPoint().threshold());
  }

  @Test
  void noScore_staysNone() {
    Calibration half =
        new Calibration(Calibration.Kind.TEMPERATURE, 0.5, 0, OperatingPoint.DEFAULT);
    assertTrue(Double.isNaN(half.apply(Double.NaN)));
    assertTrue(Double.isNaN(Calibration.NONE.apply(Double.NaN)));
  }

  /** Twice the logits, half the slope: what was overconfident by 2 is put right. */
  @Test
  void temperature_undoesAScale() {
    boolean[] fakes = {false, false, true, false, true, true};
    Calibration plain =
        Calibrations.fit(Calibration.Kind.TEMPERATURE, scores(fakes, -3, -1, -0.5, 0.5, 1, 3));
    Calibration doubled =
        Calibrations.fit(Calibration.Kind.TEMPERATURE, scores(fakes, -6, -2, -1, 1, 2, 6));
    assertEquals(plain.slope(), 2 * doubled.slope(), 1e-8);
  }

  @Test
  void json_survives() {
    Calibration calibration =
        Calibrations.fit(Calibration.Kind.PLATT, scores(new boolean[] {false, true}, -1, 3))
            .at(new OperatingPoint(0.25, "false positive rate at most 0.05", 0.04, 0.9));
    String json = EvaluationJson.write(calibration);
    assertTrue(json.contains("\"platt\""), json);
    assertEquals(calibration, EvaluationJson.read(json, Calibration.class));
    assertEquals(
        Calibration.NONE,
        EvaluationJson.read(EvaluationJson.write(Calibration.NONE), Calibration.class));
  }

  @Test
  void whatCannotBeFitted_saysWhy() {
    assertFault(
        "the fakes' scores are not higher than the reals'",
        () -> Calibrations.fit(Calibration.Kind.PLATT, scores(new boolean[] {false, true}, 2, -2)));
    assertFault(
        "not higher",
        () ->
            Calibrations.fit(
                Calibration.Kind.TEMPERATURE, scores(new boolean[] {false, true}, 2, 2)));
    assertFault(
        "real and fake samples with scores, found 0 and 1",
        () ->
            Calibrations.fit(
                Calibration.Kind.PLATT, scores(new boolean[] {false, true}, Double.NaN, 2)));
    OperatingPoint half = OperatingPoint.DEFAULT;
    assertFault("slope", () -> new Calibration(Calibration.Kind.PLATT, 0, 0, half));
    assertFault(
        "offset must be finite",
        () -> new Calibration(Calibration.Kind.PLATT, 1, Double.NaN, half));
    assertFault("has no offset", () -> new Calibration(Calibration.Kind.TEMPERATURE, 1, 1, half));
    assertFault("NONE has slope 1", () -> new Calibration(Calibration.Kind.NONE, 2, 0, half));
  }

  private static DetectionScores scores(boolean[] fakes, double... logits) {
    double[] scores = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      scores[i] = FakeScore.ofLogit(logits[i]);
    }
    return DetectionScores.of(scores, fakes);
  }
}
