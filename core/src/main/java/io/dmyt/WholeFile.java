package io.dmyt;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that are either whole or not there: a crash leaves what stood there before. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A file on its way: written beside the target, and moved over it by {@link #commit}. Closing it
   * before leaves nothing.
   */
  public static final class Draft implements Closeable {
    private final Path target;
    private final Path part;
    private final OutputStream out;

    /** Begins the file; makes missing folders. */
    public Draft(Path file) throws IOException {
      target = file.toAbsolutePath();
      Files.createDirectories(target.getParent());
      part =
          target.resolveSibling(
              ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid()));
      out =
          new BufferedOutputStream(
              Files.newOutputStream(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE));
    }

    /** Where the content goes. */
    public OutputStream out() {
      return out;
    }

    /** The content is complete: it takes the target's place. */
    public void commit() throws IOException {
      out.close();
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }

  /** Writes a file beside the target, then moves it over it; makes missing folders. */
  public static void write(Path file, Content content) throws IOException {
    try (Draft draft = new Draft(file)) {
      content.writeTo(draft.out());
      draft.commit();
    }
  }

  /** Writes text as UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Moves a file that is in the way to the first free name of {@code name.1.zip}, {@code
   * name.2.zip} and so on.
   *
   * @return the new name, or null if there was no file
   */
  public static Path setAside(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String ending = dot > 0 ? name.substring(dot) : "";
    for (int i = 1; ; i++) {
      Path aside = file.resolveSibling(stem + "." + i + ending);
      if (!Files.exists(aside)) {
        return Files.move(file, aside);
      }
    }
  }
}
