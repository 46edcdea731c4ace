package io.dmyt.cli.command;

import io.dmyt.cli.option.UsageException;
import io.dmyt.video.VideoFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the videos with boxes go, so that none takes the place of another or of an input.
 *
 * @param byVideo the file for each video; empty if none is written
 */
record AnnotatedFiles(Map<Path, Path> byVideo) {
  private static final String ENDING = ".annotated.mp4";

  /**
   * Names a file for each video: the one that is given for a single video; in a folder {@code
   * clip.annotated.mp4} for {@code clip.mov}, and {@code clip-2.annotated.mp4} for the next of that
   * name.
   *
   * @param videos that exist, each once
   * @param target the file, or a folder: where one is, and for several videos; null for none
   * @throws UsageException if the file is an input or has another ending than a video that can be
   *     written, or several videos are to go into one file
   */
  static AnnotatedFiles of(List<Path> videos, @Nullable Path target) throws IOException {
    if (target == null || videos.isEmpty()) {
      return new AnnotatedFiles(Map.of());
    }
    Set<Path> inputs = new HashSet<>();
    for (Path video : videos) {
      inputs.add(video.toRealPath());
    }
    if (videos.size() == 1 && !Files.isDirectory(target)) {
      requireFile(target, inputs);
      return new AnnotatedFiles(Map.of(videos.get(0), target));
    }
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new UsageException(
          "--annotate: " + target + " is a file: for several videos name a folder");
    }
    Map<Path, Path> files = new HashMap<>();
    Set<String> taken = new HashSet<>();
    for (Path video : videos) {
      files.put(video, free(target, stem(video), inputs, taken));
    }
    return new AnnotatedFiles(Map.copyOf(files));
  }

  private static void requireFile(Path target, Set<Path> inputs) throws IOException {
    try {
      VideoFormat.of(target);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--annotate: " + e.getMessage());
    }
    if (isOneOf(inputs, target)) {
      throw new UsageException("--annotate: " + target + " is the video itself: name another file");
    }
  }

  private static Path free(Path folder, String stem, Set<Path> inputs, Set<String> taken)
      throws IOException {
    for (int number = 1; ; number++) {
      String name = (number == 1 ? stem : stem + "-" + number) + ENDING;
      Path file = folder.resolve(name);
      // Some file systems take names that differ in case alone for one.
      if (!isOneOf(inputs, file) && taken.add(name.toLowerCase(Locale.ROOT))) {
        return file;
      }
    }
  }

  private static boolean isOneOf(Set<Path> inputs, Path file) throws IOException {
    return Files.exists(file) && inputs.contains(file.toRealPath());
  }

  private static String stem(Path video) {
    String name = String.valueOf(video.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
