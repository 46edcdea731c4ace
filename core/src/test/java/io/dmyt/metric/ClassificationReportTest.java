package io.dmyt.metric;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.evaluation.EvaluationJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationReportTest {
  private static final List<String> THREE = List.of("swap", "mask", "real");
  private static final double EXACT = 1e-15;

  /**
   * Labels swap 4, mask 1, real 5. Of the swaps 1 is found, 2 pass for masks, 1 for real; the mask
   * passes for real; of the reals 4 are found.
   *
   * <ul>
   *   <li>accuracy (1 + 0 + 4) / 10 = 0.5; recalls 1/4, 0/1, 4/5, their mean 0.35
   *   <li>augmented: any fake class for 3 of the 5 fakes = 0.6; (0.8 + 0.6) / 2 = 0.7
   *   <li>separated: (1/4 + 0) / 2 = 0.125; (0.8 + 0.125) / 2 = 0.4625
   * </ul>
   */
  @Test
  void threeClasses_everyMetricByHand() {
    ClassificationReport report =
        ClassificationReport.of(
            THREE,
            2,
            new int[] {0, 0, 0, 0, 1, 2, 2, 2, 2, 2},
            new int[] {0, 1, 1, 2, 2, 2, 2, 0, 2, 2});

    assertEquals(
        List.of(List.of(1L, 2L, 1L), List.of(0L, 0L, 1L), List.of(1L, 0L, 4L)),
        report.confusion().counts());
    assertEquals(List.of(25.0, 50.0, 25.0), report.confusionPercent().get(0));
    assertEquals(10, report.samples());
    assertEquals("real", report.realClass());
    assertEquals(0.5, report.accuracy(), EXACT);
    assertEquals(List.of(0.25, 0.0, 0.8), report.recalls());
    assertEquals(0.35, report.balancedAccuracy(), EXACT);
    assertEquals(0.8, report.augmented().realRecall(), EXACT);
    assertEquals(0.6, report.augmented().fakeRecall(), EXACT);
    assertEquals(0.7, report.augmented().mean(), EXACT);
    assertEquals(0.8, report.separated().realRecall(), EXACT);
    assertEquals(0.125, report.separated().fakeRecall(), EXACT);
    assertEquals(0.4625, report.separated().mean(), EXACT);
  }

  @Test
  void theRealClassMayStandAnywhere() {
    ClassificationReport report =
        ClassificationReport.of(
            List.of("real", "swap", "mask"), 0, new int[] {0, 0, 1, 2}, new int[] {0, 1, 2, 2});
    assertEquals(0.5, report.augmented().realRecall(), EXACT);
    assertEquals(1, report.augmented().fakeRecall(), EXACT);
    assertEquals(0.5, report.separated().fakeRecall(), EXACT);
  }

  @Test
  void twoClasses_haveNoOtherBinaryView() {
    ClassificationReport report =
        ClassificationReport.of(List.of("fake", "real"), 1, new int[] {0, 1}, new int[] {1, 1});
    assertEquals(0.5, report.balancedAccuracy(), EXACT);
    assertNull(report.augmented());
    assertNull(report.separated());
    assertFalse(EvaluationJson.write(report).contains("augmented"));
  }

  /** No mask: its recall doesn't exist, and the means are over swap (1/2) and real (1/1). */
  @Test
  void emptyClass_isLeftOutOfMeans() {
    ClassificationReport report =
        ClassificationReport.of(THREE, 2, new int[] {0, 0, 2}, new int[] {0, 1, 2});
    assertTrue(Double.isNaN(report.recalls().get(1)));
    assertEquals(List.of(Double.NaN, Double.NaN, Double.NaN), report.confusionPercent().get(1));
    assertEquals(0.75, report.balancedAccuracy(), EXACT);
    assertEquals(0.5, report.separated().fakeRecall(), EXACT);
    assertEquals(1, report.augmented().fakeRecall(), EXACT);
  }

  @Test
  void noRealSamples_leavesTheFakesRecall() {
    ClassificationReport report =
        ClassificationReport.of(THREE, 2, new int[] {0, 1, 1, 1}, new int[] {0, 1, 2, 0});
    assertTrue(Double.isNaN(report.augmented().realRecall()));
    assertEquals(0.75, report.augmented().fakeRecall(), EXACT);
    assertEquals(0.75, report.augmented().mean(), EXACT);
  }

  @Test
  void noSamples_noMetrics() {
    ClassificationReport report = ClassificationReport.of(THREE, 2, new int[0], new int[0]);
    assertEquals(0, report.samples());
    assertTrue(Double.isNaN(report.accuracy()));
    assertTrue(Double.isNaN(report.balancedAccuracy()));
    assertTrue(Double.isNaN(report.augmented().mean()));
    assertTrue(Double.isNaN(report.separated().mean()));
  }

  @Test
  void json_keepsEveryMetric_andMetricsThatDoNotExist() {
    ClassificationReport report =
        ClassificationReport.of(THREE, 2, new int[] {0, 0, 2}, new int[] {0, 1, 2});
    String json = EvaluationJson.write(report);
    assertFalse(json.contains("NaN"), json);
    assertEquals(report, EvaluationJson.read(json, ClassificationReport.class));
  }

  @Test
  void json_ofSomethingElse_saysWhatWasExpected() {
    assertFault(
        "not a ClassificationReport in JSON",
        () -> EvaluationJson.read("[1]", ClassificationReport.class));
  }

  @Test
  void faultyArguments_areNamed() {
    int[] one = {0};
    assertFault("1 labels, but 2 predictions", () -> ConfusionMatrix.of(THREE, one, new int[2]));
    assertFault(
        "label 3 of sample 1 is not one of the classes 0 to 2",
        () -> ConfusionMatrix.of(THREE, new int[] {0, 3}, new int[2]));
    assertFault("prediction -1 of sample 0", () -> ConfusionMatrix.of(THREE, one, new int[] {-1}));
    assertFault("at least two classes", () -> ConfusionMatrix.of(List.of("real"), one, one));
    assertFault(
        "a class appears twice", () -> ConfusionMatrix.of(List.of("real", "real"), one, one));
    assertFault(
        "the real class is 3", () -> ClassificationReport.of(THREE, 3, new int[0], new int[0]));
    assertFault(
        "a count is negative",
        () -> new ConfusionMatrix(List.of("a", "b"), List.of(List.of(1L, -1L), List.of(0L, 0L))));
    assertFault(
        "rows of as many counts, found 1",
        () -> new ConfusionMatrix(List.of("a", "b"), List.of(List.of(1L), List.of(0L, 0L))));
    assertFault(
        "as many rows, found 1",
        () -> new ConfusionMatrix(List.of("a", "b"), List.of(List.of(1L, 0L))));
  }
}
