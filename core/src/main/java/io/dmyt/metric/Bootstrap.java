package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.io.Serializable;

/**
 * How uncertain metrics are: they are computed again on samples drawn anew, with replacement, from
 * those at hand, and the middle part of the results is the interval (percentile bootstrap; Efron
 * and Tibshirani, <i>An Introduction to the Bootstrap</i>, 1993, chapter 13).
 *
 * <p>Drawing is stratified: as many reals and as many fakes as there are, so that both are always
 * there. What is drawn are videos with all of their frames, for frames of one video are alike and
 * say less than as many frames of different ones. Samples without a video are each drawn on their
 * own.
 *
 * @param resamples how many times, 0 for no intervals
 * @param confidence the share of the results inside the interval, between 0 and 1
 * @param seed decides what is drawn; the number of threads doesn't
 */
public record Bootstrap(int resamples, double confidence, long seed) implements Serializable {
  /** 95 % intervals from 2,000 resamples. */
  public static final Bootstrap DEFAULT = new Bootstrap(2_000, 0.95, 0);

  /** No intervals. */
  public static final Bootstrap NONE = new Bootstrap(0, 0.95, 0);

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public Bootstrap {
    require(resamples >= 0, "resamples must not be negative, found %d", resamples);
    require(
        confidence > 0 && confidence < 1,
        "confidence must be between 0 and 1, found %s",
        confidence);
  }
}
