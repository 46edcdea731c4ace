package io.dmyt.cli.option;

import io.dmyt.data.ImageFolder;
import io.dmyt.data.VideoGrouping;
import io.dmyt.evaluation.embedding.FeatureSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

  /** The video of each image of a split. */
  public List<String> videos(ImageFolder folder, FeatureSet images) {
    List<String> videos = new ArrayList<>();
    for (int i = 0; i < images.files().size(); i++) {
      String className = folder.classes().get(images.labels()[i]);
      Path root = Path.of(folder.name()).resolve(className);
      videos.add(grouping.key(className, root.relativize(Path.of(images.files().get(i)))));
    }
    return videos;
  }
}
