package io.dmyt.data;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images below folders, at any depth: files with an image's name in any case ({@code .jpg}, {@code
 * .jpeg}, {@code .jpe}, {@code .jfif}, {@code .png}, {@code .webp}, {@code .bmp}, {@code .gif},
 * {@code .tif}, {@code .tiff}). Hidden files and folders, whose names begin with a dot, are left
 * out; symbolic links are followed. Files of landmarks belong to their images.
 *
 * @param images sorted by path
 * @param leftOut what else there is
 */
public record ImageSearch(List<Path> images, LeftOut leftOut) {
  public ImageSearch {
    images = List.copyOf(images);
  }

  /** The endings of the files that are found, for people. */
  public static String endings() {
    return ImageFormat.endings();
  }

  /** The entries of a folder that are not hidden, sorted by name. */
  static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(e -> !isHidden(e)).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      throw new ImageDataException(
          Text.format("%s can't be listed: %s", folder, e.getMessage()), e);
    }
  }

  /**
   * Finds the images below a folder.
   *
   * @throws ImageDataException if a folder can't be read, or a link leads back to a folder that it
   *     is in
   */
  public static ImageSearch below(Path folder) {
    List<Path> images = new ArrayList<>();
    LeftOut.Counter leftOut = new LeftOut.Counter();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new Visitor(folder, images, leftOut));
    } catch (IOException e) {
      throw new ImageDataException(
          Text.format("%s can't be listed: %s", folder, e.getMessage()), e);
    }
    Collections.sort(images);
    return new ImageSearch(images, leftOut.counted());
  }

  private static boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> images;
    private final LeftOut.Counter leftOut;

    Visitor(Path root, List<Path> images, LeftOut.Counter leftOut) {
      this.root = root;
      this.images = images;
      this.leftOut = leftOut;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!folder.equals(root) && isHidden(folder)) {
        leftOut.hidden();
        return FileVisitResult.SKIP_SUBTREE;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (isHidden(file)) {
        leftOut.hidden();
      } else if (attributes.isSymbolicLink()) {
        leftOut.dangling(file); // Otherwise these would be the attributes of what it leads to.
      } else if (ImageFormat.hasEnding(file) && attributes.isRegularFile()) {
        images.add(file);
      } else if (!LandmarkFile.isOne(file)) {
        leftOut.other(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      String reason =
          e instanceof FileSystemLoopException
              ? Text.format("%s is a link back to a folder that it lies in: remove it", file)
              : Text.format("%s can't be read: %s", file, e.getMessage());
      throw new ImageDataException(reason, e);
    }
  }
}
