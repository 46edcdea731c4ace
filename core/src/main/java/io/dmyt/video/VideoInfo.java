package io.dmyt.video;

import java.time.Duration;
import java.util.Optional;

/**
 * What a video is.
 *
 * @param width of its frames as a player shows them, in pixels
 * @param height of its frames as a player shows them, in pixels
 * @param frames how many frames the file holds, damaged ones included
 * @param duration from the first frame to the end of the last one
 * @param variableRate whether frames follow each other at different distances
 * @param highDynamicRange PQ or HLG if its brightness is coded so, which is mapped to what a common
 *     screen shows; nothing otherwise
 * @param codec FFmpeg's name of the codec, such as {@code h264}
 * @param format FFmpeg's name of the container, such as {@code mov}
 */
public record VideoInfo(
    int width,
    int height,
    int frames,
    Duration duration,
    boolean variableRate,
    Optional<String> highDynamicRange,
    String codec,
    String format) {

  /** Frames a second, the mean over the video; 0 if it has no duration. */
  public double frameRate() {
    return duration.isZero() ? 0 : frames / (duration.toNanos() / 1e9);
  }
}
