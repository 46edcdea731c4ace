package io.dmyt.evaluation;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Calibration;
import io.dmyt.DecisionRule;
import io.dmyt.Decisions;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.OperatingPoint;
import io.dmyt.RuleKind;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.embedding.FeatureSet;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Judges labelled images by a rule, over a detector's embeddings.
 *
 * <p>The detector's own rule gives P(fake) as the detector itself does, calibrated, and its
 * threshold. Any other rule is not calibrated, as the detector's calibration was fitted to other
 * logits: its score is σ of the rule's logit, with a threshold of one half, a logit of 0.
 */
public final class RuleEvaluator {
  private final DecisionRule rule;
  private final Detector detector;

  /** Whether the rule is the one by which the detector itself judges. */
  private final boolean own;

  private RuleEvaluator(DecisionRule rule, Detector detector, boolean own) {
    this.rule = rule;
    this.detector = detector;
    this.own = own;
  }

  /**
   * Prepares a rule.
   *
   * @param training gives embeddings to fit on; asked only if {@link #needsTraining}
   * @throws IllegalArgumentException if the detector cannot be judged so
   */
  public static RuleEvaluator of(RuleKind kind, Detector detector, Supplier<FeatureSet> training) {
    kind.check(detector.spec());
    if (isOwn(kind, detector)) {
      return new RuleEvaluator(detector.rule(), detector, true);
    }
    DecisionRule rule;
    if (kind instanceof RuleKind.Fitted fitted) {
      FeatureSet embeddings = training.get();
      rule = fitted.fit(detector.spec(), embeddings.features(), embeddings.labels());
    } else {
      rule = ((RuleKind.Fixed) kind).create(detector.spec());
    }
    return new RuleEvaluator(rule, detector, false);
  }

  private static boolean isOwn(RuleKind kind, Detector detector) {
    return detector.hasVerdict() && detector.rule().kind() == kind;
  }

  /**
   * Whether the rule has to be fitted to embeddings: it is not when the detector has its own of
   * that kind.
   */
  public static boolean needsTraining(RuleKind kind, Detector detector) {
    return kind.isFitted() && !isOwn(kind, detector);
  }

  /** The kind of the rule. */
  public RuleKind kind() {
    return rule.kind();
  }

  /**
   * Judges images by their embeddings.
   *
   * @param embeddings of {@link FeatureSet.Layer#EMBEDDING}
   */
  public LabelledDecisions evaluate(FeatureSet embeddings) {
    Decisions decisions = rule.decide(detector.input(rule, embeddings.features()));
    Calibration calibration = own ? detector.calibration() : Calibration.NONE;
    double[] scores =
        Arrays.stream(decisions.fakeProbabilities()).map(calibration::apply).toArray();
    return new LabelledDecisions(
        rule.kind(),
        rule.classes(),
        rule.realIndex(),
        labels(embeddings.labels()),
        decisions.predictions(),
        numbers(scores, embeddings.samples()),
        rule.isProbability() || calibration.kind() != Calibration.Kind.NONE,
        own ? calibration.operatingPoint() : OperatingPoint.DEFAULT);
  }

  /** The true classes as those of the rule, which may tell only real from fake. */
  private int[] labels(int[] labels) {
    DetectorSpec spec = detector.spec();
    return rule.classes().equals(spec.classes()) && rule.realIndex() == spec.realIndex()
        ? labels
        : Arrays.stream(labels)
            .map(l -> l == spec.realIndex() ? rule.realIndex() : 1 - rule.realIndex())
            .toArray();
  }

  private static double[] numbers(double[] scores, List<Sample> samples) {
    for (int i = 0; i < scores.length; i++) {
      require(
          !Double.isNaN(scores[i]),
          "the network answers %s with scores that are not numbers",
          i < samples.size() ? samples.get(i).id() : "image " + i);
    }
    return scores;
  }
}
