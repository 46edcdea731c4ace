package io.dmyt.video;

import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleId;
import java.time.Duration;

/**
 * A frame of a video. As a sample it is named by the video's path and its time, and belongs to the
 * group of its video.
 *
 * @param video the video's path
 * @param index of the frame among all of the video, from 0
 * @param time at which it is shown, from the video's first frame
 * @param image as a player shows it: upright, with square pixels
 */
public record VideoFrame(String video, int index, Duration time, RgbImage image) implements Sample {
  @Override
  public SampleId id() {
    return SampleId.frame(video, time);
  }

  @Override
  public String group() {
    return video;
  }

  @Override
  public RgbImage open() {
    return image;
  }
}
