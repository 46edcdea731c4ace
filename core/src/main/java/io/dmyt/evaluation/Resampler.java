package io.dmyt.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Computes every {@link DetectionMetric} over and over on resamples of the same scores.
 *
 * <p>Implementation note: a resample is a weight per sample, how often it was drawn. Scores are
 * sorted once, and each resample is one pass over them in that order, without sorting and without
 * any {@code log}. The original scores are the resample in which each weight is 1, so that a figure
 * and its interval come from the same code.
 */
final class Resampler {
  /** scikit-learn's distance from 0 and 1 for the log loss. */
  private static final double CLIP = Math.ulp(1.0);

  /** Of each scored sample, from the highest score down. */
  private final boolean[] fake;

  private final boolean[] lastOfTie;
  private final double[] score;
  private final double[] logLoss;
  private final int[] bin;

  /** How many samples reach the threshold. */
  private final int called;

  /** The samples of each video that is real, and of each that is fake. */
  private final int[][] realVideos;

  private final int[][] fakeVideos;

  Resampler(DetectionScores scores, double threshold) {
    int[] order = scores.descending();
    int n = order.length;
    fake = new boolean[n];
    lastOfTie = new boolean[n];
    score = new double[n];
    logLoss = new double[n];
    bin = new int[n];
    Map<String, List<Integer>> reals = new LinkedHashMap<>();
    Map<String, List<Integer>> fakes = new LinkedHashMap<>();
    int reaching = 0;
    for (int i = 0; i < n; i++) {
      double p = scores.probability(order[i]);
      score[i] = p;
      fake[i] = scores.isFake(order[i]);
      lastOfTie[i] = i + 1 == n || scores.probability(order[i + 1]) < p;
      double clipped = Math.min(Math.max(p, CLIP), 1 - CLIP);
      logLoss[i] = fake[i] ? -Math.log(clipped) : -Math.log1p(-clipped);
      bin[i] = Reliability.bin(p);
      reaching += p >= threshold ? 1 : 0;
      (fake[i] ? fakes : reals)
          .computeIfAbsent(scores.video(order[i]), v -> new ArrayList<>())
          .add(i);
    }
    called = reaching;
    realVideos = samples(reals);
    fakeVideos = samples(fakes);
  }

  private static int[][] samples(Map<String, List<Integer>> videos) {
    return videos.values().stream()
        .map(v -> v.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  long reals() {
    return Arrays.stream(realVideos).mapToLong(v -> v.length).sum();
  }

  long fakes() {
    return Arrays.stream(fakeVideos).mapToLong(v -> v.length).sum();
  }

  /** The figures of the scores as they are, by the metrics' ordinals. */
  double[] original() {
    int[] once = new int[score.length];
    Arrays.fill(once, 1);
    return figures(once);
  }

  /** The figures of one resample, which the seed and its number decide. */
  double[] resample(long seed, int number) {
    // The generator scrambles its seed, so that neighbouring ones give unrelated streams.
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
    int[] weights = new int[score.length];
    draw(realVideos, weights, random);
    draw(fakeVideos, weights, random);
    return figures(weights);
  }

  private static void draw(int[][] videos, int[] weights, SplittableRandom random) {
    for (int i = 0; i < videos.length; i++) {
      for (int sample : videos[random.nextInt(videos.length)]) {
        weights[sample]++;
      }
    }
  }

  private double[] figures(int[] weights) {
    double reals = 0;
    double fakes = 0;
    for (int i = 0; i < weights.length; i++) {
      if (fake[i]) {
        fakes += weights[i];
      } else {
        reals += weights[i];
      }
    }
    double[] figures = new double[DetectionMetric.values().length];
    rank(weights, reals, fakes, figures);
    rate(weights, reals, fakes, figures);
    loss(weights, reals + fakes, figures);
    return figures;
  }

  /** The figures that depend on the order of the scores alone. */
  private void rank(int[] weights, double reals, double fakes, double[] figures) {
    double area = 0;
    double precision = 0;
    double errorRate = Double.NaN;
    double alarms = 0;
    double found = 0;
    double alarmsOfTie = 0;
    double foundOfTie = 0;
    for (int i = 0; i < weights.length; i++) {
      if (fake[i]) {
        foundOfTie += weights[i];
      } else {
        alarmsOfTie += weights[i];
      }
      if (lastOfTie[i] && alarmsOfTie + foundOfTie > 0) {
        area += alarmsOfTie * (found + foundOfTie / 2);
        double lack = 1 - found / fakes - alarms / reals;
        double step = foundOfTie / fakes + alarmsOfTie / reals;
        if (Double.isNaN(errorRate) && lack <= step) {
          errorRate = (alarms + lack / step * alarmsOfTie) / reals;
        }
        found += foundOfTie;
        alarms += alarmsOfTie;
        precision += foundOfTie * found / (found + alarms);
        foundOfTie = 0;
        alarmsOfTie = 0;
      }
    }
    boolean both = reals > 0 && fakes > 0;
    set(figures, DetectionMetric.ROC_AUC, both ? area / (reals * fakes) : Double.NaN);
    set(figures, DetectionMetric.AVERAGE_PRECISION, both ? precision / fakes : Double.NaN);
    set(figures, DetectionMetric.EQUAL_ERROR_RATE, both ? errorRate : Double.NaN);
  }

  /** The figures at the threshold. */
  private void rate(int[] weights, double reals, double fakes, double[] figures) {
    double alarms = 0;
    double found = 0;
    for (int i = 0; i < called; i++) {
      if (fake[i]) {
        found += weights[i];
      } else {
        alarms += weights[i];
      }
    }
    double truePositives = found / fakes;
    double falsePositives = alarms / reals;
    double balanced;
    if (fakes == 0) {
      balanced = 1 - falsePositives;
    } else if (reals == 0) {
      balanced = truePositives;
    } else {
      balanced = (1 - falsePositives + truePositives) / 2;
    }
    set(figures, DetectionMetric.ACCURACY, (reals - alarms + found) / (reals + fakes));
    set(figures, DetectionMetric.BALANCED_ACCURACY, balanced);
    set(figures, DetectionMetric.TRUE_POSITIVE_RATE, truePositives);
    set(figures, DetectionMetric.FALSE_POSITIVE_RATE, falsePositives);
  }

  /** The figures that take P(fake) at its word. */
  private void loss(int[] weights, double total, double[] figures) {
    double log = 0;
    double squares = 0;
    double[] excess = new double[Reliability.BINS];
    for (int i = 0; i < weights.length; i++) {
      double difference = score[i] - (fake[i] ? 1 : 0);
      log += weights[i] * logLoss[i];
      squares += weights[i] * difference * difference;
      excess[bin[i]] += weights[i] * difference;
    }
    set(figures, DetectionMetric.LOG_LOSS, log / total);
    set(figures, DetectionMetric.BRIER_SCORE, squares / total);
    set(
        figures,
        DetectionMetric.CALIBRATION_ERROR,
        Arrays.stream(excess).map(Math::abs).sum() / total);
  }

  private static void set(double[] figures, DetectionMetric metric, double value) {
    figures[metric.ordinal()] = value;
  }
}
