package io.dmyt.metric;

import java.util.Arrays;
import java.util.SplittableRandom;

/** How a video's P(fake) follows from its frames'. */
public enum VideoScore {
  /** The mean of the frames' scores. */
  MEAN {
    @Override
    double ofSorted(double[] scores) {
      return Arrays.stream(scores).average().orElse(Double.NaN);
    }
  },
  /** The middle score, or the mean of the two in the middle. */
  MEDIAN {
    @Override
    double ofSorted(double[] scores) {
      int half = scores.length / 2;
      return scores.length % 2 == 1 ? scores[half] : (scores[half - 1] + scores[half]) / 2;
    }
  },
  /** The highest score: one manipulated frame makes a fake. */
  MAX {
    @Override
    double ofSorted(double[] scores) {
      return scores[scores.length - 1];
    }
  },
  /** The mean of the highest fifth of the scores, of one at least. */
  TOP_K {
    @Override
    double ofSorted(double[] scores) {
      int k = Math.max(1, scores.length / TOP_SHARE);
      return Arrays.stream(scores, scores.length - k, scores.length).average().orElse(Double.NaN);
    }
  };

  private static final int TOP_SHARE = 5;

  abstract double ofSorted(double[] scores);

  /**
   * The score of a video.
   *
   * @param frames its frames' scores, 0 to 1; NaN for frames that could not be scored
   * @return the score over the frames that are scored; NaN if none is
   */
  public double of(double... frames) {
    double[] scored = Arrays.stream(frames).filter(p -> !Double.isNaN(p)).sorted().toArray();
    return scored.length == 0 ? Double.NaN : ofSorted(scored);
  }

  /**
   * The score of a video, and how sure it is: its frames are drawn anew, with replacement.
   *
   * @param frames its frames' scores, 0 to 1; NaN for frames that could not be scored
   * @return without an interval where fewer than two frames are scored
   */
  public Estimate estimate(Bootstrap bootstrap, double... frames) {
    double[] scored = Arrays.stream(frames).filter(p -> !Double.isNaN(p)).toArray();
    if (scored.length < 2) {
      return new Estimate(of(scored), Double.NaN, Double.NaN);
    }
    SplittableRandom random = new SplittableRandom(bootstrap.seed());
    double[] resampled = new double[bootstrap.resamples()];
    double[] drawn = new double[scored.length];
    for (int i = 0; i < resampled.length; i++) {
      Arrays.setAll(drawn, k -> scored[random.nextInt(scored.length)]);
      resampled[i] = of(drawn);
    }
    return Estimate.of(of(scored), resampled, bootstrap.confidence());
  }
}
