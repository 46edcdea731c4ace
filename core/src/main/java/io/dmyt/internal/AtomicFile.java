package io.dmyt.internal;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that are either whole or not there: a crash leaves what stood there before. */
public final class AtomicFile {
  private AtomicFile() {}

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

    /**
     * Begins the file; makes missing folders.
     *
     * @throws FileAlreadyExistsException if a folder has the name, which a move would replace
     */
    public Draft(Path file) throws IOException {
      target = file.toAbsolutePath();
      if (Files.isDirectory(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.createDirectories(target.getParent());
      part =
          target.resolveSibling(
              ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid()));
      out = new BufferedOutputStream(new Sink(target, part));
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

  /** Writes the part, and says of a full disk and the like which file could not be written. */
  private static final class Sink extends OutputStream {
    private final Path target;
    private final OutputStream out;

    Sink(Path target, Path part) throws IOException {
      this.target = target;
      try {
        out =
            Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw named(e);
      }
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        throw named(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw named(e);
      }
    }

    private IOException named(IOException e) {
      if (e instanceof AccessDeniedException) {
        return new AccessDeniedException(target.toString());
      }
      String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
      IOException named = new FileSystemException(target.toString(), null, reason);
      named.initCause(e);
      return named;
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
