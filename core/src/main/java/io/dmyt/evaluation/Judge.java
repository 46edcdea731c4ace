package io.dmyt.evaluation;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.FakeScore;
import io.dmyt.OperatingPoint;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.svm.EmbeddingSvm;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One way to a verdict over a detector's embeddings, ready to judge.
 *
 * <p>What its score is:
 *
 * <ul>
 *   <li>{@link Classifier#DUMMIES} and {@link Classifier#ARGMAX}, and {@link Classifier#SVM} of a
 *       detector that has one, are the detector's own ways: P(fake) as the detector itself gives
 *       it, calibrated, and its threshold;
 *   <li>{@link Classifier#ROOT}: P(fake) of the two roots' scores ({@link FakeScore}), not
 *       calibrated, as the detector's calibration was fitted to other scores; threshold one half;
 *   <li>{@link Classifier#SVM} otherwise, and {@link Classifier#SVM_BINARY}, are fitted first: σ of
 *       {@link EmbeddingSvm#fakeMargin}, which ranks the images but is no probability. (Platt's
 *       method makes it one, from images that neither network nor machine were fitted to.)
 *       Threshold one half, a margin of 0.
 * </ul>
 */
public final class Judge {
  private static final int REAL = 1;
  private static final int FAKE = 0;

  private final Classifier classifier;
  private final Detector detector;

  /** What was fitted for this; null if nothing was. */
  private final EmbeddingSvm machine;

  private Judge(Classifier classifier, Detector detector, EmbeddingSvm machine) {
    this.classifier = classifier;
    this.detector = detector;
    this.machine = machine;
  }

  /**
   * Prepares a way.
   *
   * @param training gives embeddings to fit on; asked only if {@link #needsTraining}
   * @throws IllegalArgumentException if the detector cannot be judged so
   */
  public static Judge of(Classifier classifier, Detector detector, Supplier<FeatureSet> training) {
    classifier.check(detector.spec());
    EmbeddingSvm machine = null;
    if (needsTraining(classifier, detector)) {
      FeatureSet embeddings = training.get();
      int[] labels =
          classifier.isBinary()
              ? binary(embeddings.labels(), detector.spec().realIndex())
              : embeddings.labels();
      machine = EmbeddingSvm.fit(embeddings.features(), labels);
    }
    return new Judge(classifier, detector, machine);
  }

  /**
   * Whether the way has to be fitted to embeddings: it is not when the detector has its own SVM.
   */
  public static boolean needsTraining(Classifier classifier, Detector detector) {
    return classifier.isFitted() && !(classifier == Classifier.SVM && detector.svm() != null);
  }

  /**
   * The names of the two classes of a way that tells only real from fake: the detector's own if it
   * has two.
   */
  private static List<String> binaryClasses(DetectorSpec spec) {
    return spec.classes().size() == 2
        ? List.of(spec.classes().get(1 - spec.realIndex()), spec.realClass())
        : List.of(spec.realClass().equals("fake") ? "manipulated" : "fake", spec.realClass());
  }

  private static int[] binary(int[] labels, int realIndex) {
    return Arrays.stream(labels).map(l -> l == realIndex ? REAL : FAKE).toArray();
  }

  public Classifier classifier() {
    return classifier;
  }

  /**
   * Judges images by their embeddings.
   *
   * @param embeddings of {@link FeatureSet.Layer#EMBEDDING}
   */
  public Judgement judge(FeatureSet embeddings) {
    DetectorSpec spec = detector.spec();
    return switch (classifier) {
      case DUMMIES, ARGMAX -> own(embeddings, true);
      case ROOT -> root(embeddings);
      case SVM ->
          machine == null
              ? own(embeddings, detector.calibration().kind() != Calibration.Kind.NONE)
              : new Judgement(
                  classifier,
                  spec.classes(),
                  spec.realIndex(),
                  embeddings.labels(),
                  machine.predict(embeddings.features()),
                  margins(embeddings.features(), spec.realIndex()),
                  false,
                  OperatingPoint.DEFAULT);
      case SVM_BINARY ->
          binary(
              embeddings,
              machine.predict(embeddings.features()),
              margins(embeddings.features(), REAL),
              false);
    };
  }

  private Judgement own(FeatureSet embeddings, boolean probabilities) {
    INDArray features = detector.featuresOf(embeddings.features());
    double[] scores = finite(detector.fakeProbabilities(features), embeddings.samples());
    return new Judgement(
        classifier,
        detector.spec().classes(),
        detector.spec().realIndex(),
        embeddings.labels(),
        detector.classify(features),
        scores,
        probabilities,
        detector.calibration().operatingPoint());
  }

  private Judgement root(FeatureSet embeddings) {
    INDArray scores = detector.spec().dummies().rootScores(embeddings.features());
    double scale = FakeScore.dummyScale(detector.spec().dummies().size());
    double[] fake =
        Arrays.stream(scores.toDoubleMatrix())
            .mapToDouble(s -> FakeScore.probability(s, 0, scale))
            .toArray();
    // The scores' first column is the real root's.
    int[] predictions =
        Arrays.stream(scores.argMax(1).toIntVector()).map(k -> k == 0 ? REAL : FAKE).toArray();
    return binary(embeddings, predictions, finite(fake, embeddings.samples()), true);
  }

  private Judgement binary(
      FeatureSet embeddings, int[] predictions, double[] scores, boolean probabilities) {
    return new Judgement(
        classifier,
        binaryClasses(detector.spec()),
        REAL,
        binary(embeddings.labels(), detector.spec().realIndex()),
        predictions,
        scores,
        probabilities,
        OperatingPoint.DEFAULT);
  }

  private double[] margins(INDArray embeddings, int realIndex) {
    return Arrays.stream(embeddings.toFloatMatrix())
        .parallel()
        .mapToDouble(e -> FakeScore.ofLogit(machine.fakeMargin(e, realIndex)))
        .toArray();
  }

  private static double[] finite(double[] scores, List<Sample> samples) {
    for (int i = 0; i < scores.length; i++) {
      require(
          !Double.isNaN(scores[i]),
          "the network answers %s with scores that are no numbers",
          i < samples.size() ? samples.get(i).id() : "image " + i);
    }
    return scores;
  }
}
