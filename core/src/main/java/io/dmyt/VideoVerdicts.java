package io.dmyt;

import io.dmyt.metric.VideoScore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers P(fake) of frames by video, and judges each video by one score. */
public final class VideoVerdicts {
  /** A growing array of scores: eight bytes a frame. */
  private static final class Frames {
    private double[] scores = new double[16];
    private int count;

    void add(double score) {
      if (count == scores.length) {
        scores = Arrays.copyOf(scores, 2 * count);
      }
      scores[count++] = score;
    }

    double score(VideoScore rule) {
      return rule.of(Arrays.copyOf(scores, count));
    }
  }

  private final Map<String, Frames> videos = new LinkedHashMap<>();

  /** Adds a frame to its video, which is its {@link Prediction#group()}. */
  public void add(Prediction frame) {
    videos.computeIfAbsent(frame.group(), k -> new Frames()).add(frame.fakeProbability());
  }

  /**
   * The verdicts, in the order of the videos' first frames.
   *
   * @param by which score of a video's frames decides
   * @param point from which score on a video is called fake
   */
  public List<VideoVerdict> verdicts(VideoScore by, OperatingPoint point) {
    return videos.entrySet().stream()
        .map(
            video -> {
              Frames frames = video.getValue();
              return new VideoVerdict(
                  video.getKey(),
                  frames.count,
                  frames.score(VideoScore.MEAN),
                  frames.score(VideoScore.MEDIAN),
                  frames.score(VideoScore.MAX),
                  point.isFake(frames.score(by)));
            })
        .toList();
  }
}
