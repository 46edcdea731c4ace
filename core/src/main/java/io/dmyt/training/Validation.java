package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.LoadedSample;
import io.dmyt.data.Sample;
import io.dmyt.internal.Text;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.Retrieval;
import io.dmyt.metric.RocCurve;
import io.dmyt.metric.VideoScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** What validation finds, batch by batch, and the score that epochs are compared by. */
final class Validation {
  /** So many embeddings at most; validation images come in a random order. */
  private static final int LOOKED_UP = 5_000;

  private final Detector detector;
  private final Selection.By by;
  private final boolean looksUp;
  private final RunningMetrics metrics = new RunningMetrics();
  private final int[] images;
  private final int[] correct;
  private final List<Double> probabilities = new ArrayList<>();
  private final List<Boolean> fakes = new ArrayList<>();
  private final List<String> videos = new ArrayList<>();
  private final List<float[]> embeddings = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();

  /**
   * @param looksUp whether embeddings are looked up among each other
   */
  Validation(Detector detector, Selection.By by, boolean looksUp) {
    this.detector = detector;
    this.by = by;
    this.looksUp = looksUp;
    images = new int[detector.spec().classes().size()];
    correct = new int[images.length];
  }

  /**
   * Fails where the detector can't be compared by that.
   *
   * @throws IllegalArgumentException then
   */
  static void require(Detector detector, Selection.By by) {
    if (detector.spec().loss().rule().isFitted()
        && by != Selection.By.REFERENCE
        && by != Selection.By.LOSS) {
      throw new IllegalArgumentException(
          Text.format(
              "a detector trained with %s has no verdict until an SVM is fitted: compare its epochs"
                  + " by loss",
              detector.spec().loss().label()));
    }
  }

  RunningMetrics metrics() {
    return metrics;
  }

  void add(DataSet batch, INDArray features, double loss) {
    int[] predictions = Trainer.predict(detector, features);
    metrics.add(loss, batch.getLabels(), predictions, EmbeddingMetrics.NOTHING);
    if (looksUp) {
      addEmbeddings(features, batch.getLabels());
    }
    if (by == Selection.By.BALANCED_ACCURACY || by.needsScores()) {
      int[] truth = batch.getLabels().argMax(1).toIntVector();
      for (int i = 0; i < truth.length; i++) {
        images[truth[i]]++;
        correct[truth[i]] += truth[i] == predictions[i] ? 1 : 0;
      }
      if (by.needsScores()) {
        addScores(batch, features, truth);
      }
    }
  }

  private void addEmbeddings(INDArray features, INDArray truth) {
    int size = Math.toIntExact(features.size(1));
    int[] classes = truth.argMax(1).toIntVector();
    float[] values = features.dup('c').data().asFloat();
    for (int i = 0; i < classes.length && labels.size() < LOOKED_UP; i++) {
      embeddings.add(Arrays.copyOfRange(values, i * size, (i + 1) * size));
      labels.add(classes[i]);
    }
  }

  /** How well the nearest neighbours of an embedding are of its class. */
  Retrieval retrieval() {
    return Retrieval.of(
        embeddings.toArray(float[][]::new), labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private void addScores(DataSet batch, INDArray features, int[] truth) {
    double[] found = detector.fakeProbabilities(features);
    List<Sample> samples = LoadedSample.of(batch);
    for (int i = 0; i < truth.length; i++) {
      boolean fake = truth[i] != detector.spec().realIndex();
      probabilities.add(found[i]);
      fakes.add(fake);
      // A video of one name in two classes is two videos.
      videos.add(samples.isEmpty() ? "#" + videos.size() : fake + "/" + samples.get(i).group());
    }
  }

  /** Larger if better. */
  double score() {
    return switch (by) {
      case REFERENCE ->
          detector.spec().loss().rule().isFitted() ? -metrics.loss() : metrics.accuracy();
      case LOSS -> -metrics.loss();
      case ACCURACY -> metrics.accuracy();
      case BALANCED_ACCURACY -> balancedAccuracy();
      case AUC -> RocCurve.of(scores()).area();
      case VIDEO_AUC -> RocCurve.of(scores().byVideo(VideoScore.MEAN)).area();
      case EER -> -RocCurve.of(scores()).equalErrorRate().rate();
    };
  }

  private double balancedAccuracy() {
    double sum = 0;
    int classes = 0;
    for (int k = 0; k < images.length; k++) {
      if (images[k] > 0) {
        sum += (double) correct[k] / images[k];
        classes++;
      }
    }
    return sum / classes;
  }

  private DetectionScores scores() {
    double[] p = probabilities.stream().mapToDouble(Double::doubleValue).toArray();
    boolean[] truth = new boolean[fakes.size()];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = fakes.get(i);
    }
    return DetectionScores.of(p, truth, videos);
  }
}
