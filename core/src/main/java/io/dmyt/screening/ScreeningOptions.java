package io.dmyt.screening;

import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.VideoScore;
import io.dmyt.video.FrameSelection;
import java.io.Serializable;
import java.util.Objects;

/**
 * How videos are judged. Start from {@link #DEFAULT}.
 *
 * @param frames which frames are looked at
 * @param findsFaces whether faces are found and cropped; otherwise whole frames are scored
 * @param score how a face's score follows from its frames'. A video's is its highest face's
 * @param minFrames of how many frames a face needs scores for a verdict, at least 1
 * @param minSize the longer side of a face's box in pixels from which on it is scored
 * @param minSharpness the variance of the Laplacian of a face's crop at 128 × 128 pixels, in grey
 *     levels, from which on it is scored
 * @param bootstrap how intervals are found
 */
public record ScreeningOptions(
    FrameSelection frames,
    boolean findsFaces,
    VideoScore score,
    int minFrames,
    double minSize,
    double minSharpness,
    Bootstrap bootstrap)
    implements Serializable {

  private static final int USUAL_FRAMES = 32;
  private static final int USUAL_MIN_FRAMES = 3;
  private static final double USUAL_MIN_SIZE = 32;
  private static final double USUAL_MIN_SHARPNESS = 6;

  /** 32 frames, evenly spaced; a face needs three of 32 pixels or more. */
  public static final ScreeningOptions DEFAULT =
      new ScreeningOptions(
          FrameSelection.evenly(USUAL_FRAMES),
          true,
          VideoScore.MEAN,
          USUAL_MIN_FRAMES,
          USUAL_MIN_SIZE,
          USUAL_MIN_SHARPNESS,
          Bootstrap.DEFAULT);

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public ScreeningOptions {
    Objects.requireNonNull(frames, "frames");
    Objects.requireNonNull(score, "score");
    Objects.requireNonNull(bootstrap, "bootstrap");
    if (minFrames < 1 || !(minSize >= 0) || !(minSharpness >= 0)) {
      throw new IllegalArgumentException(
          Text.format(
              "a face needs at least 1 frame, and a size and a sharpness of at least 0, found %d, %s, %s",
              minFrames, minSize, minSharpness));
    }
  }

  /** The same with other frames. */
  public ScreeningOptions withFrames(FrameSelection value) {
    return new ScreeningOptions(
        value, findsFaces, score, minFrames, minSize, minSharpness, bootstrap);
  }

  /** The same with faces found, or whole frames scored. */
  public ScreeningOptions withFindsFaces(boolean value) {
    return new ScreeningOptions(frames, value, score, minFrames, minSize, minSharpness, bootstrap);
  }

  /** The same with another way from frames to faces. */
  public ScreeningOptions withScore(VideoScore value) {
    return new ScreeningOptions(
        frames, findsFaces, value, minFrames, minSize, minSharpness, bootstrap);
  }

  /** The same with another number of frames that a face needs. */
  public ScreeningOptions withMinFrames(int value) {
    return new ScreeningOptions(frames, findsFaces, score, value, minSize, minSharpness, bootstrap);
  }
}
