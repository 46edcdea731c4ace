package io.dmyt.data;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which frames make a video. The class is part of a video's name, so that equal names in two
 * classes never merge.
 */
public enum VideoGrouping {
  /** Every image stands for itself. */
  NONE {
    @Override
    String nameOf(Path frame) {
      return "/" + SampleId.of(frame.getFileName());
    }
  },

  /** A folder is a video: {@code fake/id3_0001/00017.png} belongs to {@code fake/id3_0001}. */
  PARENT_FOLDER {
    @Override
    String nameOf(Path frame) {
      return "";
    }
  },

  /**
   * The file name up to the frame number, which is the last number before the extension, is a
   * video: {@code fake/id3_0001_frame17.png} belongs to {@code fake/id3_0001}, and {@code
   * fake/00017.png} to {@code fake/*}. A file whose name does not end in a number is a video of its
   * own. Files in two folders never belong together.
   */
  FILE_NAME {
    @Override
    String nameOf(Path frame) {
      String file = SampleId.of(frame.getFileName()).source();
      int dot = file.lastIndexOf('.');
      String stem = dot > 0 ? file.substring(0, dot) : file;
      Matcher number = FRAME_NUMBER.matcher(stem);
      String name = number.find() ? stem.substring(0, number.start()) : stem;
      // Unlike the folder's own name, which may be that of a video beside it.
      return name.isEmpty() ? "/*" : "/" + name;
    }
  };

  /** A trailing number, with the separators and the word "frame" that lead to it. */
  private static final Pattern FRAME_NUMBER =
      Pattern.compile(
          "[ ._-]*(?:(?<!\\p{L})(?:frame|frm|f))?[ ._-]*\\d+$", Pattern.CASE_INSENSITIVE);

  /** What the file name adds to the folder's. */
  abstract String nameOf(Path frame);

  /** The frames in these files, each in the group of its video, whose class isn't known. */
  public List<Sample> group(List<Path> frames) {
    return frames.stream()
        .map(
            frame -> {
              Path folder = frame.getParent();
              String video = key(folder == null ? "." : folder.toString(), frame.getFileName());
              return Sample.of(frame).withGroup(video);
            })
        .toList();
  }

  /**
   * The name of the video that a frame belongs to: its class, then the folders below the class's
   * and the file name, as far as the rule takes them, all separated by {@code /}.
   *
   * @param className the frame's class
   * @param frame its path relative to the class's folder
   */
  public String key(String className, Path frame) {
    StringBuilder key = new StringBuilder(className);
    Path folder = frame.getParent();
    if (folder != null) {
      folder.forEach(name -> key.append('/').append(SampleId.of(name)));
    }
    return key.append(nameOf(frame)).toString();
  }
}
