package io.dmyt.metric;

import java.util.Arrays;

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
  };

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
}
