package io.dmyt.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Calibration;
import io.dmyt.Golden;
import io.dmyt.evaluation.Calibrations;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our metrics against scikit-learn's; make_reference.py beside metrics.json made them. */
class ScikitLearnTest {
  private static final double EXACT = 1e-12;

  static List<JsonNode> cases() throws URISyntaxException {
    Path file = Path.of(ScikitLearnTest.class.getResource("/evaluation/metrics.json").toURI());
    return StreamSupport.stream(Golden.read(file).spliterator(), false).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void metrics(JsonNode test) {
    DetectionReport report = DetectionReport.of(scores(test, "scores"), 0.5, Bootstrap.NONE);
    assertMetric(test, "roc_auc", report.value(DetectionMetric.ROC_AUC));
    assertMetric(test, "average_precision", report.value(DetectionMetric.AVERAGE_PRECISION));
    assertMetric(test, "equal_error_rate", report.value(DetectionMetric.EQUAL_ERROR_RATE));
    assertMetric(test, "log_loss", report.value(DetectionMetric.LOG_LOSS));
    assertMetric(test, "brier_score", report.value(DetectionMetric.BRIER_SCORE));
    assertMetric(test, "calibration_error", report.value(DetectionMetric.CALIBRATION_ERROR));
  }

  /** The curve and the report compute these two on their own ways. */
  @ParameterizedTest
  @MethodSource("cases")
  void curve(JsonNode test) {
    RocCurve curve = RocCurve.of(scores(test, "scores"));
    assertArrayEquals(
        Golden.doubles(test.get("fpr")),
        curve.points().stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
        EXACT);
    assertArrayEquals(
        Golden.doubles(test.get("tpr")),
        curve.points().stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray(),
        EXACT);
    assertMetric(test, "roc_auc", curve.area());
    assertMetric(test, "equal_error_rate", curve.equalErrorRate().rate());
    assertMetric(
        test,
        "calibration_error",
        Reliability.of(scores(test, "scores")).expectedCalibrationError());
  }

  /** Every point's threshold, applied to the scores, gives the point's rates. */
  @ParameterizedTest
  @MethodSource("cases")
  void thresholds(JsonNode test) {
    DetectionScores scores = scores(test, "scores");
    for (RocCurve.Point point : RocCurve.of(scores).points()) {
      DetectionReport at = DetectionReport.of(scores, point.threshold(), Bootstrap.NONE);
      assertEquals(point.truePositiveRate(), at.value(DetectionMetric.TRUE_POSITIVE_RATE), EXACT);
      assertEquals(point.falsePositiveRate(), at.value(DetectionMetric.FALSE_POSITIVE_RATE), EXACT);
    }
  }

  /** scikit-learn's minimiser stops earlier than ours. */
  @ParameterizedTest
  @MethodSource("cases")
  void calibrations(JsonNode test) {
    DetectionScores scores = scores(test, "calibrated_scores");
    Calibration platt = Calibrations.fit(Calibration.Kind.PLATT, scores);
    Golden.assertClose(test.get("platt").get(0).doubleValue(), platt.slope(), 1e-4, 1, "slope");
    Golden.assertClose(test.get("platt").get(1).doubleValue(), platt.offset(), 1e-4, 1, "offset");
    Calibration temperature = Calibrations.fit(Calibration.Kind.TEMPERATURE, scores);
    Golden.assertClose(
        test.get("temperature_slope").doubleValue(), temperature.slope(), 1e-6, 0, "temperature");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void calibrationKeepsTheRanking(JsonNode test) {
    DetectionScores scores = scores(test, "calibrated_scores");
    Calibration platt = Calibrations.fit(Calibration.Kind.PLATT, scores);
    assertEquals(
        RocCurve.of(scores).area(), RocCurve.of(scores.calibrated(platt::apply)).area(), EXACT);
    assertTrue(platt.apply(0.2) < platt.apply(0.3));
  }

  private static DetectionScores scores(JsonNode test, String name) {
    int[] fakes = Golden.ints(test.get("fakes"));
    boolean[] truths = new boolean[fakes.length];
    for (int i = 0; i < fakes.length; i++) {
      truths[i] = fakes[i] == 1;
    }
    return DetectionScores.of(Golden.doubles(test.get(name)), truths);
  }

  private static void assertMetric(JsonNode test, String name, double actual) {
    Golden.assertClose(
        test.get(name).doubleValue(), actual, 1e-9, 1e-3, test.get("name").asText() + ": " + name);
  }
}
