package io.dmyt.cli.option;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.ParameterException;
import io.dmyt.internal.Text;
import io.dmyt.metric.VideoScore;
import java.util.Locale;

/** What {@code --video-score} takes. */
public final class VideoScoreName implements IStringConverter<VideoScore> {
  @Override
  public VideoScore convert(String value) {
    try {
      return VideoScore.valueOf(value.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Text.format("--video-score takes mean, median, max or top-k, got \"%s\"", value));
    }
  }
}
