package io.dmyt.video;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Videos, told by the endings of their names, or by what they begin with. */
public final class VideoSearch {
  private static final Set<String> ENDINGS =
      Set.of(
          ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".vob",
          ".ts", ".mts", ".m2ts", ".flv", ".f4v", ".wmv", ".asf", ".3gp", ".3g2", ".ogv", ".mxf");

  private static final String GIF = ".gif";
  private static final String WEBP = ".webp";

  private VideoSearch() {}

  /**
   * Whether a file is named as a video, in any case. A GIF isn't: see {@link #isVideo}.
   *
   * @param ending such as {@code .mp4}
   */
  public static boolean isEnding(String ending) {
    return ENDINGS.contains(ending.toLowerCase(Locale.ROOT));
  }

  /** Whether a file is named as a video, or is a GIF or a WebP of several pictures. */
  public static boolean isVideo(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return isEnding(name.substring(Math.max(0, name.lastIndexOf('.'))))
        || (name.endsWith(GIF) && AnimatedGif.is(file))
        || (name.endsWith(WEBP) && AnimatedWebp.is(file));
  }

  /** Whether a file begins as those of videos and sound do, whatever its name is. */
  public static boolean beginsAsVideo(Path file) {
    return VideoHeader.is(file);
  }

  /** The endings, for people. */
  public static String endings() {
    return String.join(", ", ENDINGS.stream().sorted().toList()) + ", animated " + GIF;
  }

  /**
   * The videos below a folder, at any depth, sorted by path; without hidden files and folders.
   *
   * @throws IOException if a folder can't be read
   */
  public static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(f -> isVideo(f) && Files.isRegularFile(f) && !isHidden(folder.relativize(f)))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isHidden(Path path) {
    for (Path name : path) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
