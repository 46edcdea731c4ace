package io.dmyt.cli.option;

import io.dmyt.data.VideoGrouping;

/** What {@code --video-by} takes for a video. */
public enum VideoRule {
  NONE(VideoGrouping.NONE),
  FOLDER(VideoGrouping.PARENT_FOLDER),
  NAME(VideoGrouping.FILE_NAME);

  private final VideoGrouping grouping;

  VideoRule(VideoGrouping grouping) {
    this.grouping = grouping;
  }

  /** The rule behind the name. */
  public VideoGrouping grouping() {
    return grouping;
  }
}
