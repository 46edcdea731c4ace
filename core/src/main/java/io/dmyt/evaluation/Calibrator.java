package io.dmyt.evaluation;

import io.dmyt.Calibration;
import io.dmyt.DecisionRule;
import io.dmyt.Detector;
import io.dmyt.FittingData;
import io.dmyt.RuleKind;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.Split;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives a detector what its verdict needs beyond its weights: a fitted rule such as an SVM, where
 * it is judged by one, a calibration of P(fake), and a threshold. All of it is in force at once,
 * and stored by {@link Detector#saveFitted}.
 */
public final class Calibrator {
  private final Detector detector;
  private final Embedder embedder;

  /**
   * What came of a calibration.
   *
   * @param raw P(fake) of the images as the detector's rule gives it
   * @param before the calibration that was in force
   * @param after the one that is now
   */
  public record Result(DetectionScores raw, Calibration before, Calibration after) {
    /** How good P(fake) was on the images that it is calibrated on now. */
    public DetectionReport reportBefore() {
      return report(before);
    }

    /** How good P(fake) is on the images that it is calibrated on. */
    public DetectionReport reportAfter() {
      return report(after);
    }

    private DetectionReport report(Calibration calibration) {
      return DetectionReport.of(
          raw.calibrated(calibration::apply),
          calibration.operatingPoint().threshold(),
          Bootstrap.NONE);
    }
  }

  /**
   * @param embedder of the detector that is calibrated
   */
  public Calibrator(Embedder embedder) {
    this.embedder = embedder;
    detector = embedder.detector();
  }

  /**
   * Fits the rule that a detector trained with its loss is judged by; its calibration goes.
   *
   * @param train labelled by the detector's classes; {@link ClassSample#DEFAULT_PER_CLASS} images
   *     of each are taken at most
   * @param seed of their choice
   * @return how many images the rule was fitted to
   */
  public int fitRule(RuleKind.Fitted kind, ImageFolder train, long seed) {
    FeatureSet set =
        embedder.embed(
            "Training images",
            ClassSample.of(train.samples(), ClassSample.DEFAULT_PER_CLASS, seed));
    DecisionRule rule = kind.fit(detector.spec(), set.features(), set.labels());
    detector.setRule(rule, fittedOn(train, Split.TRAIN, set));
    return set.labels().length;
  }

  /**
   * Fits the calibration and chooses the threshold.
   *
   * @param images labelled by the detector's classes, which it was not trained on
   * @param split that they are of
   * @param method nothing for the usual one: temperature, or Platt's where the rule's scores are no
   *     probabilities
   */
  public Result calibrate(
      ImageFolder images, Split split, Optional<Calibration.Kind> method, ThresholdChoice choice) {
    FeatureSet set = embedder.embed("Images", images.samples());
    DetectionScores raw = scores(set);
    Calibration.Kind usual =
        detector.rule().isProbability() ? Calibration.Kind.TEMPERATURE : Calibration.Kind.PLATT;
    Calibration fitted = Calibrations.fit(method.orElse(usual), raw);
    Calibration calibration = fitted.at(choice.choose(raw.calibrated(fitted::apply)));
    Calibration before = detector.calibration();
    detector.setCalibration(calibration, fittedOn(images, split, set));
    return new Result(raw, before, calibration);
  }

  private DetectionScores scores(FeatureSet set) {
    boolean[] fakes = new boolean[set.labels().length];
    for (int i = 0; i < fakes.length; i++) {
      fakes[i] = set.labels()[i] != detector.spec().realIndex();
    }
    return DetectionScores.of(
        detector.rule().decide(detector.featuresOf(set.features())).fakeProbabilities(), fakes);
  }

  private static FittingData fittedOn(ImageFolder folder, Split part, FeatureSet used) {
    Map<String, Integer> images = new LinkedHashMap<>();
    for (int k = 0; k < folder.classes().size(); k++) {
      int label = k;
      images.put(
          folder.classes().get(k),
          (int) Arrays.stream(used.labels()).filter(l -> l == label).count());
    }
    return new FittingData(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        part.folder(),
        folder.fingerprint(),
        images);
  }
}
