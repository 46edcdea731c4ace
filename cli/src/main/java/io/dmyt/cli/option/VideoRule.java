package io.dmyt.cli.option;

import io.dmyt.data.ImageFolder;
import io.dmyt.data.VideoGrouping;
import io.dmyt.evaluation.embedding.FeatureSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code --video-by} takes for a video. */
public enum VideoRule {
  NONE(null),
  FOLDER(VideoGrouping.PARENT_FOLDER),
  NAME(VideoGrouping.FILE_NAME);

  private final VideoGrouping grouping;

  VideoRule(VideoGrouping grouping) {
    this.grouping = grouping;
  }

  /** A frame's video; without a rule each frame is its own. */
  public String key(String className, Path frame) {
    return grouping == null ? className + "/" + frame : grouping.key(className, frame);
  }

  /** The video of each image of a split. */
  public List<String> videos(ImageFolder folder, FeatureSet images) {
    List<String> videos = new ArrayList<>();
    for (int i = 0; i < images.files().size(); i++) {
      String className = folder.classes().get(images.labels()[i]);
      Path root = Path.of(folder.name()).resolve(className);
      videos.add(key(className, root.relativize(Path.of(images.files().get(i)))));
    }
    return videos;
  }
}
