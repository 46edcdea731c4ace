package io.dmyt.internal;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Gives files a second name: by a hard link, or by a copy where the file system has no links. */
public final class FileLinks {
  private FileLinks() {}

  /**
   * Gives a file that is about to be replaced a second name: the first free one of {@code
   * name.1.zip}, {@code name.2.zip} and so on. It keeps its own until it is replaced.
   *
   * @return the second name, or null if there is no file
   */
  public static @Nullable Path linkAside(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String ending = dot > 0 ? name.substring(dot) : "";
    int number = 1;
    Path aside = file.resolveSibling(stem + ".1" + ending);
    while (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
      number++;
      aside = file.resolveSibling(stem + "." + number + ending);
    }
    linkOrCopy(file, aside);
    return aside;
  }

  /** Gives a file a second name, in the place of what had it before. */
  public static void link(Path file, Path name) throws IOException {
    Path part = name.resolveSibling(".link.part");
    Files.deleteIfExists(part);
    linkOrCopy(file, part);
    AtomicFile.replace(part, name);
  }

  /** Gives a file a second name that nothing has yet. */
  public static void linkOrCopy(Path file, Path name) throws IOException {
    try {
      Files.createLink(name, file.toRealPath());
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, name, StandardCopyOption.COPY_ATTRIBUTES);
      AtomicFile.sync(name);
    }
  }
}
