package io.dmyt;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Sample;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** From a rule's decisions to what is said of images. */
final class Predictions {
  private static final int BATCH = 8;

  private Predictions() {}

  /** Of samples, a few at a time. */
  static List<Prediction> of(
      Detector detector, List<? extends Sample> samples, ImageDecoder decoder) {
    List<Prediction> predictions = new ArrayList<>();
    for (int from = 0; from < samples.size(); from += BATCH) {
      List<? extends Sample> part = samples.subList(from, Math.min(samples.size(), from + BATCH));
      INDArray[] images =
          part.stream().map(sample -> decoder.decode(sample)).toArray(INDArray[]::new);
      INDArray batch = Nd4j.concat(0, images);
      predictions.addAll(of(detector, part, batch));
      free(images);
      free(batch);
    }
    return predictions;
  }

  static List<Prediction> of(Detector detector, List<? extends Sample> samples, INDArray images) {
    if (samples.size() != images.size(0)) {
      throw new IllegalArgumentException(
          Text.format("%d samples for a batch of %d images", samples.size(), images.size(0)));
    }
    DecisionRule rule = detector.rule();
    INDArray features = detector.features(images);
    Decisions decisions = rule.decide(features);
    double[][] distances = rule.distances(features);
    free(features);
    double[] raw = decisions.fakeProbabilities();
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < raw.length; i++) {
      predictions.add(
          of(detector, rule, samples.get(i), decisions.scores()[i], raw[i], distances[i]));
    }
    return predictions;
  }

  /** At once: behind few bytes of Java, arrays wait for a garbage collection that nothing calls. */
  private static void free(INDArray... arrays) {
    for (INDArray array : arrays) {
      if (array.closeable()) {
        array.close();
      }
    }
  }

  private static Prediction of(
      Detector detector,
      DecisionRule rule,
      Sample sample,
      double[] scores,
      double raw,
      double[] distances) {
    double fake = detector.calibration().apply(raw);
    if (Double.isNaN(fake)) {
      throw new IllegalStateException(
          Text.format(
              "the network answers %s with scores that are not numbers: %s",
              sample.id(), Arrays.toString(scores)));
    }
    double[] probabilities = rule.classProbabilities(scores, fake);
    boolean isFake = detector.calibration().operatingPoint().isFake(fake);
    return new Prediction(
        sample.id(),
        sample.group(),
        fake,
        isFake,
        rule.classes().get(label(probabilities, rule.realIndex(), isFake)),
        boxed(probabilities),
        boxed(distances));
  }

  /** The real class, or the likeliest fake one. */
  private static int label(double[] probabilities, int real, boolean fake) {
    if (!fake) {
      return real;
    }
    int best = real == 0 ? 1 : 0;
    for (int k = 0; k < probabilities.length; k++) {
      best = k != real && probabilities[k] > probabilities[best] ? k : best;
    }
    return best;
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
