package io.dmyt.internal;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes files that are either whole or not there: a crash of the program or of the machine leaves
 * what stood there before.
 *
 * <p>The content is written to a part beside the target and synced to the disk; the part is moved
 * over the target in one step, and the folder is synced, which makes the move last.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A file on its way: written beside the target, and moved over it by {@link #commit}. Closing it
   * before leaves nothing. Not safe for use by several threads.
   */
  public static final class Draft implements Closeable {
    private final Path target;
    private final Path part;
    private final Sink sink;
    private final OutputStream out;

    /**
     * Begins the file; makes missing folders.
     *
     * @throws FileAlreadyExistsException if a folder has the name, which a move would replace
     */
    public Draft(Path file) throws IOException {
      this(file, Text.format(".%s.%s.part", file.getFileName(), UUID.randomUUID()));
    }

    Draft(Path file, String part) throws IOException {
      target = file.toAbsolutePath();
      if (Files.isDirectory(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.createDirectories(target.getParent());
      this.part = target.resolveSibling(part);
      sink = new Sink(target, this.part);
      out = new Unclosed(sink);
    }

    /** Where the content goes; committing flushes it. */
    public OutputStream out() {
      return out;
    }

    /** The same for large buffers, which are not copied; what {@link #out} was given is before. */
    public WritableByteChannel channel() throws IOException {
      out.flush();
      return sink;
    }

    /** Replaces bytes that were written, for a header that is known only at the end. */
    public void overwrite(long position, ByteBuffer bytes) throws IOException {
      out.flush();
      sink.overwrite(position, bytes);
    }

    /** The content is complete: it takes the target's place. */
    public void commit() throws IOException {
      out.flush();
      sink.sync();
      sink.close();
      try {
        replace(part, target);
      } catch (IOException e) {
        throw sink.named(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        sink.close();
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }

  /** Is flushed when somebody closes it, such as a JSON generator: the draft closes the file. */
  private static final class Unclosed extends BufferedOutputStream {
    Unclosed(Sink sink) {
      super(sink, 1 << 16);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /** Writes the part, and says of a full disk and the like which file could not be written. */
  private static final class Sink extends OutputStream implements WritableByteChannel {
    private final Path target;
    private final FileChannel file;

    Sink(Path target, Path part) throws IOException {
      this.target = target;
      try {
        file =
            FileChannel.open(
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
      write(ByteBuffer.wrap(bytes, from, length));
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      try {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      } catch (IOException e) {
        throw named(e);
      }
      return length;
    }

    void overwrite(long position, ByteBuffer bytes) throws IOException {
      try {
        for (long at = position; bytes.hasRemaining(); ) {
          at += file.write(bytes, at);
        }
      } catch (IOException e) {
        throw named(e);
      }
    }

    void sync() throws IOException {
      try {
        file.force(true);
      } catch (IOException e) {
        throw named(e);
      }
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      try {
        file.close();
      } catch (IOException e) {
        throw named(e);
      }
    }

    IOException named(IOException e) {
      if (e instanceof AccessDeniedException) {
        return new AccessDeniedException(target.toString());
      }
      String reason = e instanceof FileSystemException ? Reason.of(e) : e.getMessage();
      IOException named = new FileSystemException(target.toString(), null, reason);
      named.initCause(e);
      return named;
    }
  }

  /** Writes a file; makes missing folders. */
  public static void write(Path file, Content content) throws IOException {
    try (Draft draft = new Draft(file)) {
      content.writeTo(draft.out());
      draft.commit();
    }
  }

  /** Writes a file's content to a path, which exists and is empty. */
  @FunctionalInterface
  public interface PathContent {
    void writeTo(Path part) throws IOException;
  }

  /** Has a library write a file that takes no stream; makes missing folders. */
  public static void writeAt(Path file, PathContent content) throws IOException {
    try (Draft draft = new Draft(file)) {
      content.writeTo(draft.part);
      draft.commit();
    }
  }

  /** Writes text as UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Moves a finished part that has been synced over the target beside it: in one step where the
   * file system can.
   */
  public static void replace(Path part, Path target) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
    syncFolder(Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file's folder"));
  }

  /** Moves a finished folder to where nothing is; syncs the files in it first. */
  public static void moveFolder(Path part, Path target) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
      for (Path file : files) {
        sync(file);
      }
    }
    syncFolder(part);
    replace(part, target);
  }

  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Windows opens no folders, and needs no sync of them. */
  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file itself is whole and synced; only its name might be the old one after a crash.
    }
  }
}
