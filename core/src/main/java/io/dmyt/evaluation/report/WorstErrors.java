package io.dmyt.evaluation.report;

import io.dmyt.Detector;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleId;
import io.dmyt.evaluation.LabelledDecisions;
import io.dmyt.evaluation.RuleEvaluator;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.evaluation.explain.GradCam;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Collects the images that are called wrong, farthest on the wrong side of the threshold, while
 * their embeddings are computed: what was read of these few is kept, so that none is opened again
 * to be shown.
 */
public final class WorstErrors implements Embedder.Sink {
  private static final int SHOWN = 12;

  /** How many are judged together. */
  private static final int BATCH = 16;

  private final RuleEvaluator evaluator;
  private final Detector detector;
  private final List<LabelledSample> samples;
  private final Function<SampleId, String> names;
  private final PriorityQueue<Candidate> worst =
      new PriorityQueue<>(Comparator.comparingDouble(Candidate::wrong));
  private final List<Pending> pending = new ArrayList<>();

  /**
   * An image that was called wrong.
   *
   * @param sample open
   * @param wrong its distance from the threshold, as a share of that side: 0 to 1
   */
  private record Candidate(Sample sample, int label, double score, double wrong) {}

  /** An image that is still to be judged. */
  private record Pending(Sample sample, int label, float[] embedding) {}

  /**
   * @param evaluator says which are wrong
   * @param samples those that are embedded
   * @param names how to call each of them in the report
   */
  public WorstErrors(
      RuleEvaluator evaluator,
      Detector detector,
      List<LabelledSample> samples,
      Function<SampleId, String> names) {
    this.names = names;
    this.evaluator = evaluator;
    this.detector = detector;
    this.samples = samples;
  }

  @Override
  public void take(int index, Sample sample, float[] embedding) {
    pending.add(new Pending(sample, samples.get(index).label(), embedding));
    if (pending.size() == BATCH) {
      judgePending();
    }
  }

  private void judgePending() {
    if (pending.isEmpty()) {
      return;
    }
    LabelledDecisions decisions =
        evaluator.evaluate(
            new FeatureSet(
                Nd4j.createFromArray(
                    pending.stream().map(Pending::embedding).toArray(float[][]::new)),
                pending.stream().mapToInt(Pending::label).toArray(),
                pending.stream().map(Pending::sample).toList()));
    double threshold = decisions.operatingPoint().threshold();
    for (int i = 0; i < pending.size(); i++) {
      Pending image = pending.get(i);
      double score = decisions.fakeScores()[i];
      boolean fake = decisions.labels()[i] != decisions.realIndex();
      if (decisions.operatingPoint().isFake(score) == fake) {
        continue;
      }
      double wrong =
          fake
              ? (threshold - score) / Math.max(threshold, 1e-9)
              : (score - threshold) / Math.max(1 - threshold, 1e-9);
      worst.add(new Candidate(image.sample(), image.label(), score, wrong));
      if (worst.size() > SHOWN) {
        worst.remove();
      }
    }
    pending.clear();
  }

  /** The worst, with heat maps where the rule is the detector's own, which Grad-CAM explains. */
  List<ReportData.WorstError> shown() {
    judgePending();
    Optional<GradCam> gradCam =
        RuleEvaluator.needsTraining(evaluator.kind(), detector)
            ? Optional.empty()
            : Optional.of(GradCam.of(detector));
    try (ImageDecoder decoder = new ImageDecoder(detector.spec().preprocessing())) {
      return worst.stream()
          .sorted(
              Comparator.comparingDouble(Candidate::wrong)
                  .reversed()
                  .thenComparing(c -> c.sample().id().toString()))
          .map(c -> shown(c, decoder, gradCam))
          .toList();
    }
  }

  private ReportData.WorstError shown(
      Candidate image, ImageDecoder decoder, Optional<GradCam> gradCam) {
    RgbImage picture = decoder.rgb(image.sample());
    String name = names.apply(image.sample().id());
    return new ReportData.WorstError(
        name,
        detector.spec().classes().get(image.label()),
        image.score(),
        Thumbnails.jpeg(picture),
        gradCam.map(
            cam -> Thumbnails.jpeg(cam.fake(decoder.decode(picture, name)).get(0).over(picture))));
  }
}
