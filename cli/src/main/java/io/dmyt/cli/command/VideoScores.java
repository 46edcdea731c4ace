package io.dmyt.cli.command;

import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.output.VideoVerdict;
import io.dmyt.metric.VideoScore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers P(fake) of frames by video. */
final class VideoScores {
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
  private final VideoRule rule;

  VideoScores(VideoRule rule) {
    this.rule = rule;
  }

  void add(Prediction frame) {
    if (rule == VideoRule.NONE) {
      return;
    }
    Path folder = frame.file().getParent();
    String key = rule.key(folder == null ? "." : folder.toString(), frame.file().getFileName());
    videos.computeIfAbsent(key, k -> new Frames()).add(frame.fakeProbability());
  }

  /** The videos in the order of their first frames, judged by one score each. */
  List<VideoVerdict> verdicts(VideoScore by, OperatingPoint point) {
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
