package io.dmyt.evaluation;

import io.dmyt.Detector;
import io.dmyt.RuleKind;
import io.dmyt.data.Corruption;
import io.dmyt.data.LabelledSample;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.VideoScore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures a detector on labelled samples, by one decision rule or several side by side, over the
 * samples and over the videos that they are frames of, and how robust it is: the same again for
 * corrupted samples at five severities. Every sample is embedded once, and once per corruption.
 */
public final class DetectorEvaluation {
  /** Each of them is a part of the report. */
  private static final List<VideoScore> BY_VIDEO =
      List.of(VideoScore.MEAN, VideoScore.MEDIAN, VideoScore.MAX);

  /** The name of the reports over images, among those over videos. */
  public static final String IMAGES = "images";

  private final Embedder embedder;
  private final Map<RuleKind, RuleEvaluator> evaluators;

  /**
   * What is measured.
   *
   * @param byVideo whether samples' groups are videos, to be measured as such too
   * @param bootstrap the resampling behind the intervals
   * @param corruptions whose effect is measured
   * @param seed of the corruptions' noise
   */
  public record Options(
      boolean byVideo, Bootstrap bootstrap, List<Corruption.Kind> corruptions, long seed) {
    public Options {
      corruptions = List.copyOf(corruptions);
    }
  }

  /**
   * What one rule came to.
   *
   * @param detection reports by what they judge: {@link #IMAGES}, then {@code "videos, mean"} and
   *     the median and the largest score of the frames, if there are videos
   * @param corrupted reports over corrupted images, by corruption, at each severity from 1 on
   */
  public record Outcome(
      LabelledDecisions decisions,
      Map<String, DetectionReport> detection,
      Map<String, List<DetectionReport>> corrupted) {
    /** The report over images. */
    public DetectionReport images() {
      return Objects.requireNonNull(detection.get(IMAGES), IMAGES);
    }
  }

  /**
   * What an evaluation came to.
   *
   * @param tested the embeddings of the samples that could be read
   * @param outcomes by rule, in the order that was asked for; one at least
   */
  public record Result(FeatureSet tested, Map<RuleKind, Outcome> outcomes) {
    public Result {
      outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
    }

    /** Of the first rule. */
    public Outcome first() {
      return outcomes.values().iterator().next();
    }
  }

  private DetectorEvaluation(Embedder embedder, Map<RuleKind, RuleEvaluator> evaluators) {
    this.embedder = embedder;
    this.evaluators = evaluators;
  }

  /** Whether one of the rules has to be fitted to training samples first. */
  public static boolean needsTraining(List<RuleKind> rules, Detector detector) {
    return rules.stream().anyMatch(rule -> RuleEvaluator.needsTraining(rule, detector));
  }

  /**
   * Prepares the rules, which embeds training samples if {@link #needsTraining}.
   *
   * @param rules one at least
   * @param training what rules are fitted to, such as {@link #forFitting}; asked only if needed
   * @throws IllegalArgumentException if the detector cannot be judged by one of the rules
   */
  public static DetectorEvaluation prepare(
      Embedder embedder, List<RuleKind> rules, Supplier<List<LabelledSample>> training) {
    Detector detector = embedder.detector();
    FeatureSet fitted =
        needsTraining(rules, detector) ? embedder.embed("Training images", training.get()) : null;
    Map<RuleKind, RuleEvaluator> evaluators = new LinkedHashMap<>();
    rules.forEach(rule -> evaluators.put(rule, RuleEvaluator.of(rule, detector, () -> fitted)));
    return new DetectorEvaluation(embedder, evaluators);
  }

  /** The training samples that rules are fitted to: up to 1,000 a class, as in the reference. */
  public static List<LabelledSample> forFitting(List<LabelledSample> train, long seed) {
    return ClassSample.of(train, ClassSample.DEFAULT_PER_CLASS, seed);
  }

  /** What judges by the first rule. */
  public RuleEvaluator first() {
    return evaluators.values().iterator().next();
  }

  /**
   * Measures.
   *
   * @param samples labelled by the detector's classes
   * @param sink sees each sample as it is embedded, such as {@code report.WorstErrors}
   */
  public Result run(List<LabelledSample> samples, Options options, Embedder.Sink sink) {
    FeatureSet tested = embedder.embed("Test images", samples, Optional.empty(), sink);
    Map<RuleKind, Outcome> outcomes = new LinkedHashMap<>();
    evaluators.forEach(
        (rule, evaluator) -> {
          LabelledDecisions decisions = evaluator.evaluate(tested);
          outcomes.put(
              rule,
              new Outcome(
                  decisions,
                  detection(decisions, tested.groups(), options),
                  new LinkedHashMap<>()));
        });
    for (Corruption.Kind kind : options.corruptions()) {
      sweep(kind, samples, options, outcomes);
    }
    return new Result(tested, outcomes);
  }

  /** Over the images, and over videos by each rule if there are any. */
  private static Map<String, DetectionReport> detection(
      LabelledDecisions decisions, List<String> videos, Options options) {
    DetectionScores images = decisions.scores(videos);
    Map<String, DetectionReport> reports = new LinkedHashMap<>();
    reports.put(IMAGES, decisions.detection(images, options.bootstrap()));
    if (options.byVideo()) {
      for (VideoScore score : BY_VIDEO) {
        reports.put(
            "videos, " + score.name().toLowerCase(Locale.ROOT),
            decisions.detection(images.byVideo(score), options.bootstrap()));
      }
    }
    return reports;
  }

  private void sweep(
      Corruption.Kind kind,
      List<LabelledSample> samples,
      Options options,
      Map<RuleKind, Outcome> outcomes) {
    for (int severity = 1; severity <= Corruption.MAX_SEVERITY; severity++) {
      FeatureSet corrupted =
          embedder.embed(
              Text.format("%s %d", kind.label(), severity),
              samples,
              Optional.of(new Corruption(kind, severity, options.seed())),
              Embedder.Sink.NONE);
      evaluators.forEach(
          (rule, evaluator) -> {
            LabelledDecisions decisions = evaluator.evaluate(corrupted);
            Objects.requireNonNull(outcomes.get(rule))
                .corrupted()
                .computeIfAbsent(kind.label(), k -> new ArrayList<>())
                .add(
                    decisions.detection(decisions.scores(corrupted.groups()), options.bootstrap()));
          });
    }
  }
}
