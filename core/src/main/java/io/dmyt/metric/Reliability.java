package io.dmyt.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether P(fake) means what it says: the scores in bins of equal width, and what share of each
 * bin's samples are fakes.
 *
 * @param bins the bins, from P(fake) 0 to 1; bin k holds the scores above k/n up to and including
 *     (k + 1)/n, and the first one 0 as well
 */
public record Reliability(List<Bin> bins) {
  /** How many bins the calibration error is computed with (Guo et al., ICML 2017). */
  public static final int BINS = 15;

  /**
   * One bin.
   *
   * @param samples how many scores are in it
   * @param meanScore their mean; NaN without any
   * @param fakeShare what share of them are fakes; NaN without any
   */
  public record Bin(long samples, double meanScore, double fakeShare) {}

  public Reliability {
    bins = List.copyOf(bins);
  }

  /** The bins of the scored samples. */
  public static Reliability of(DetectionScores scores) {
    long[] samples = new long[BINS];
    long[] fakes = new long[BINS];
    double[] sums = new double[BINS];
    for (int i = 0; i < scores.size(); i++) {
      double score = scores.probability(i);
      if (!Double.isNaN(score)) {
        int bin = bin(score);
        samples[bin]++;
        fakes[bin] += scores.isFake(i) ? 1 : 0;
        sums[bin] += score;
      }
    }
    List<Bin> bins = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      bins.add(
          new Bin(samples[b], sums[b] / samples[b], ConfusionMatrix.ratio(fakes[b], samples[b])));
    }
    return new Reliability(bins);
  }

  /** The bin of a score. */
  static int bin(double score) {
    int bin = Math.max(0, (int) Math.ceil(score * BINS) - 1);
    // The product is rounded: a score on an edge belongs to the bin below it.
    if (score > (bin + 1) / (double) BINS) {
      return bin + 1;
    }
    return bin > 0 && score <= bin / (double) BINS ? bin - 1 : bin;
  }

  /**
   * The expected calibration error: the mean distance between a bin's mean score and its share of
   * fakes, weighted by its samples. 0 is best; NaN without samples.
   */
  public double expectedCalibrationError() {
    long total = bins.stream().mapToLong(Bin::samples).sum();
    double error =
        bins.stream()
            .filter(b -> b.samples() > 0)
            .mapToDouble(b -> b.samples() * Math.abs(b.meanScore() - b.fakeShare()))
            .sum();
    return error / total;
  }
}
