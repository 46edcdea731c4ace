package io.dmyt.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Finds images below folders. */
public final class ImageSearch {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png");

  private ImageSearch() {}

  /** The entries of a folder that are not hidden, sorted by name. */
  static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(e -> !isHidden(e)).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      throw new ImageDataException("%s can't be listed: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /**
   * The images below a folder at any depth, sorted by path.
   *
   * @throws ImageDataException if the folder can't be read
   */
  public static List<Path> below(Path folder) {
    try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return below
          .filter(p -> isImageName(p) && isVisibleBelow(folder, p) && Files.isRegularFile(p))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new ImageDataException("%s can't be listed: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean isImageName(Path file) {
    String lower = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }

  private static boolean isVisibleBelow(Path folder, Path file) {
    for (Path part : folder.relativize(file)) {
      if (isHidden(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }
}
