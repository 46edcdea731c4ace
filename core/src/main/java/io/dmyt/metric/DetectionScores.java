package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * What a detector said of samples whose truth is known: P(fake) of each, and whether it is a fake.
 * A sample is a frame, or a whole video.
 *
 * <p>The score direction is the same everywhere: 0 is real, 1 is fake. NaN stands for a sample that
 * could not be scored; it is counted ({@link #unscored()}) and takes no part in any metric.
 *
 * <p>Immutable.
 */
public final class DetectionScores {
  private final double[] probabilities;
  private final boolean[] fakes;
  private final List<String> videos;

  private DetectionScores(double[] probabilities, boolean[] fakes, List<String> videos) {
    this.probabilities = probabilities;
    this.fakes = fakes;
    this.videos = videos;
  }

  /**
   * Scores of samples that have nothing to do with each other.
   *
   * @param probabilities P(fake) of each sample, 0 to 1 or NaN
   * @param fakes whether each sample is a fake
   * @throws IllegalArgumentException if the lengths differ, or a score is outside 0 to 1
   */
  public static DetectionScores of(double[] probabilities, boolean[] fakes) {
    return of(
        probabilities,
        fakes,
        IntStream.range(0, probabilities.length).mapToObj(Integer::toString).toList());
  }

  /**
   * Scores of frames that belong to videos. Frames of one video are alike, so that intervals are
   * made by drawing whole videos anew.
   *
   * @param probabilities P(fake) of each frame, 0 to 1 or NaN
   * @param fakes whether each frame is of a fake
   * @param videos the video of each frame, by a name of its own
   * @throws IllegalArgumentException if the lengths differ, a score is outside 0 to 1, or a video
   *     has real and fake frames
   */
  public static DetectionScores of(double[] probabilities, boolean[] fakes, List<String> videos) {
    require(
        probabilities.length == fakes.length && fakes.length == videos.size(),
        "%d scores, %d truths, %d videos: the numbers must be equal",
        probabilities.length,
        fakes.length,
        videos.size());
    Map<String, Boolean> truths = new LinkedHashMap<>();
    for (int i = 0; i < fakes.length; i++) {
      double p = probabilities[i];
      require(
          Double.isNaN(p) || (p >= 0 && p <= 1), "P(fake) of sample %d is %s, not in 0 to 1", i, p);
      Boolean before = truths.putIfAbsent(videos.get(i), fakes[i]);
      require(
          before == null || before == fakes[i], "video %s has real and fake frames", videos.get(i));
    }
    return new DetectionScores(probabilities.clone(), fakes.clone(), List.copyOf(videos));
  }

  /** How many samples there are, scored or not. */
  public int size() {
    return fakes.length;
  }

  /** P(fake) of a sample, 0 to 1, or NaN if it could not be scored. */
  public double probability(int sample) {
    return probabilities[sample];
  }

  /** Whether a sample is a fake. */
  public boolean isFake(int sample) {
    return fakes[sample];
  }

  /** The video of a sample. */
  public String video(int sample) {
    return videos.get(sample);
  }

  /** How many samples could not be scored. */
  public int unscored() {
    return (int) Arrays.stream(probabilities).filter(Double::isNaN).count();
  }

  /** The scored samples' indices, from the highest P(fake) to the lowest; ties in order. */
  int[] descending() {
    return IntStream.range(0, fakes.length)
        .filter(i -> !Double.isNaN(probabilities[i]))
        .boxed()
        .sorted((i, j) -> Double.compare(probabilities[j], probabilities[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * The same samples with other scores, such as calibrated ones.
   *
   * @param calibration gives P(fake), 0 to 1, for P(fake), and NaN for NaN
   * @throws IllegalArgumentException if it gives anything else
   */
  public DetectionScores calibrated(DoubleUnaryOperator calibration) {
    return of(Arrays.stream(probabilities).map(calibration).toArray(), fakes, videos);
  }

  /**
   * One score per video, from its scored frames; NaN for a video without any.
   *
   * @return the videos, in the order of their first frames
   */
  public DetectionScores byVideo(VideoScore rule) {
    Map<String, List<Integer>> frames = new LinkedHashMap<>();
    for (int i = 0; i < fakes.length; i++) {
      frames.computeIfAbsent(videos.get(i), v -> new ArrayList<>()).add(i);
    }
    double[] scores = new double[frames.size()];
    boolean[] truths = new boolean[frames.size()];
    int video = 0;
    for (List<Integer> ofVideo : frames.values()) {
      truths[video] = fakes[ofVideo.get(0)];
      scores[video++] = rule.of(ofVideo.stream().mapToDouble(i -> probabilities[i]).toArray());
    }
    return new DetectionScores(
        scores, truths, Collections.unmodifiableList(new ArrayList<>(frames.keySet())));
  }
}
