package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds for every decision rule. */
class DecisionRuleTest {
  private static final int SIZE = 512;

  /** A rule, the detector that it is of, and how many features it judges. */
  private record Case(DecisionRule rule, DetectorSpec spec, int features) {
    @Override
    public String toString() {
      return rule.kind() + " of " + rule.classes();
    }
  }

  private static DetectorSpec spec(LossKind loss, List<String> classes) {
    return new DetectorSpec(
        "resnet18",
        classes,
        "real",
        Preprocessing.imageNet(32),
        loss,
        loss.hasClassifier() ? null : Dummies.of(classes, SIZE),
        null);
  }

  static Stream<Case> rules() {
    List<Case> cases = new ArrayList<>();
    for (List<String> classes :
        List.of(List.of("real", "swap"), List.of("deepfake", "real", "faceswap"))) {
      int count = classes.size();
      DetectorSpec dmyt = spec(LossKind.DMYT, classes);
      cases.add(new Case(RuleKind.DUMMIES.create(dmyt), dmyt, SIZE));
      cases.add(new Case(RuleKind.ROOT.create(dmyt), dmyt, SIZE));
      DetectorSpec linear = spec(LossKind.CROSS_ENTROPY, classes);
      cases.add(new Case(RuleKind.ARGMAX.create(linear), linear, count));
      INDArray embeddings = values(12, SIZE);
      int[] labels = new int[12];
      for (int i = 0; i < 12; i++) {
        labels[i] = i % count;
      }
      DetectorSpec triplet = spec(LossKind.TRIPLET, classes);
      cases.add(new Case(RuleKind.SVM.fit(triplet, embeddings, labels), triplet, SIZE));
      cases.add(new Case(RuleKind.SVM_BINARY.fit(triplet, embeddings, labels), triplet, SIZE));
    }
    return cases.stream();
  }

  private static INDArray values(int rows, int columns) {
    Nd4j.getRandom().setSeed(31L * rows + columns);
    return Nd4j.randn(DataType.FLOAT, rows, columns);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void gradientsAreThoseOfDifferences(Case c) {
    INDArray features = values(5, c.features).muli(0.3);
    INDArray step = values(5, c.features).muli(1e-2 / Math.sqrt(c.features));
    Decisions up = c.rule.decide(features.add(step));
    Decisions down = c.rule.decide(features.sub(step));
    INDArray gradient = c.rule.logitGradient(features);
    double[] expected = gradient.mul(step).sum(1).muli(2).toDoubleVector();
    for (int i = 0; i < 5; i++) {
      double slope = up.logits()[i] - down.logits()[i];
      assertEquals(expected[i], slope, 2e-2 * Math.abs(expected[i]) + 1e-4, "image " + i);
    }
    assertEquals(
        gradient.dataType(), c.rule.scoreGradient(features, c.rule.realIndex()).dataType());
  }

  /** A batch's decisions are those of its images; P(fake) and classes agree; sums are 1. */
  @ParameterizedTest
  @MethodSource("rules")
  void aBatchIsItsImages(Case c) {
    INDArray features = values(6, c.features);
    Decisions all = c.rule.decide(features);
    for (int i = 0; i < 6; i++) {
      Decisions one = c.rule.decide(features.getRow(i, true));
      assertEquals(all.logits()[i], one.logits()[0], 1e-4);
      assertEquals(all.predictions()[i], one.predictions()[0]);
      double fake = all.fakeProbabilities()[i];
      double sum = 0;
      for (double p : c.rule.classProbabilities(all.scores()[i], fake)) {
        sum += p;
      }
      assertEquals(1, sum, 1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void anyFiniteFeaturesGiveAVerdict(Case c) {
    for (double scale : new double[] {0, 1e-44, 1e-38, 1e-10, 1, 746, 1e6, 1e15, 1e30}) {
      INDArray features = values(4, c.features).muli(scale);
      Decisions decisions = c.rule.decide(features);
      for (int i = 0; i < 4; i++) {
        String what = scale + ": " + decisions;
        assertTrue(Double.isFinite(decisions.logits()[i]), what);
        double fake = decisions.fakeProbabilities()[i];
        assertTrue(fake >= 0 && fake <= 1, what);
        for (double p : c.rule.classProbabilities(decisions.scores()[i], fake)) {
          assertTrue(p >= 0 && p <= 1, what);
        }
      }
      for (INDArray gradient :
          List.of(c.rule.logitGradient(features), c.rule.scoreGradient(features, 0))) {
        assertFalse(Double.isNaN(gradient.sumNumber().doubleValue()), "gradient at " + scale);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void whatIsNoNumberGivesNoVerdict(Case c) {
    INDArray features = values(3, c.features);
    features.putScalar(1, c.features - 1L, Double.NaN);
    double[] logits = c.rule.decide(features).logits();
    assertTrue(Double.isFinite(logits[0]) && Double.isFinite(logits[2]));
    assertTrue(Double.isNaN(logits[1]), "" + logits[1]);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void whatIsFittedComesBackFromItsState(Case c) {
    if (c.rule.kind() instanceof RuleKind.Fitted kind) {
      INDArray features = values(4, c.features);
      try (StateDict state = c.rule.state()) {
        DecisionRule restored = kind.restore(c.spec, state);
        assertEquals(c.rule.classes(), restored.classes());
        assertArrayEquals(c.rule.decide(features).logits(), restored.decide(features).logits());
      }
    } else {
      assertEquals(0, c.rule.state().size());
    }
  }
}
