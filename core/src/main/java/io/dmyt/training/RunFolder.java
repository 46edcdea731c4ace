package io.dmyt.training;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.FileLinks;
import io.dmyt.internal.Text;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The files of a run and the lock on them: what is where, and how one takes another's place. */
final class RunFolder implements Closeable {
  private final Path folder;
  private final FileChannel lock;

  /**
   * Locks a folder, and removes what a killed process left half written.
   *
   * @throws IOException if another process has it, or it can't be written to
   */
  RunFolder(Path folder) throws IOException {
    this.folder = folder;
    lock =
        FileChannel.open(
            folder.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (!tryLock()) {
        throw new IOException(Text.format("%s is in use by %s", folder, owner()));
      }
      lock.truncate(0);
      lock.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      removeParts();
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private boolean tryLock() throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private String owner() throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    int length = lock.read(pid, 0);
    return length > 0
        ? "process " + new String(pid.array(), 0, length, StandardCharsets.US_ASCII)
        : "another process";
  }

  private void removeParts() throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*.part")) {
      for (Path part : parts) {
        Files.delete(part);
      }
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** The newest state; another name holds the one before. */
  Path last() {
    return file("last.zip");
  }

  Path previous() {
    return file("previous.zip");
  }

  Path best() {
    return file("best.zip");
  }

  /** Where a new state is to be written before {@link #advance}. */
  Path next() {
    return file(".next.zip.part");
  }

  /** The next state becomes the last one, and that one the previous; there is always a last one. */
  void advance() throws IOException {
    if (Files.exists(last())) {
      FileLinks.link(last(), previous());
    }
    AtomicFile.replace(next(), last());
  }

  /**
   * Sees to it that the last state is whole, if need be by going back to the previous one.
   *
   * @return what was wrong and what was done about it; null if nothing was
   * @throws IOException if neither is whole
   */
  @Nullable String recover() throws IOException {
    if (!Files.exists(last())) {
      return null;
    }
    String fault = fault(last());
    if (fault == null) {
      return null;
    }
    String before = Files.exists(previous()) ? fault(previous()) : "missing";
    if (before != null) {
      throw new IOException(
          Text.format(
              "%s is damaged (%s), and %s can't replace it (%s): the run can't be resumed",
              last(), fault, previous().getFileName(), before));
    }
    AtomicFile.replace(last(), file("damaged.zip"));
    FileLinks.link(previous(), last());
    return Text.format(
        "%s was damaged (%s): resuming from the state saved before it; the damaged file is kept as %s",
        last(), fault, "damaged.zip");
  }

  /** Removes files, and the folder if nothing else is in it. */
  void remove(String... names) throws IOException {
    for (String name : names) {
      Files.deleteIfExists(file(name));
    }
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's files are there.
    }
  }

  /** Reads a whole file, whose parts have checksums. */
  private static @Nullable String fault(Path file) {
    try (ZipArchive zip = ZipArchive.open(file)) {
      if (zip.entry(SavedState.STATE) == null) {
        return "it holds no state of a training";
      }
      for (ZipDirectory.Entry entry : zip.entries()) {
        try (InputStream in = zip.read(entry)) {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
