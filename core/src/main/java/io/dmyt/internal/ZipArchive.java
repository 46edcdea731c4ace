package io.dmyt.internal;

import io.dmyt.internal.ZipDirectory.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A zip file from anywhere, to be read without harm: what its directory shows is checked when it is
 * opened, before any entry is read, and an entry gives no more bytes than the directory says.
 *
 * <p>Beyond what {@link ZipDirectory} refuses: encrypted entries, methods other than storing and
 * deflating, names that lead out of a folder, and entries of more than 1 MiB that are over 200
 * times what they take in the file. One reader at a time; not thread-safe.
 */
public final class ZipArchive implements Closeable {
  private static final int DEFLATED = 8;
  private static final int MOST_ENTRIES = 1000;

  /** Deflating makes a thousandth of zeros, and a fiftieth of a network's configuration. */
  private static final int LARGEST_RATIO = 200;

  private static final long SMALL = 1 << 20;

  /** A part "..", an absolute path, a drive, a backslash or a control character. */
  private static final Pattern LEADS_AWAY =
      Pattern.compile("(.*/)?\\.\\.(/.*)?|/.*|[A-Za-z]:.*|.*[\\\\\\p{Cntrl}].*", Pattern.DOTALL);

  private final FileByteSource file;
  private final ZipDirectory directory;

  private ZipArchive(FileByteSource file) throws ZipException {
    this.file = file;
    directory = new ZipDirectory(file);
    if (directory.entries().size() > MOST_ENTRIES) {
      throw new ZipException(
          Text.format("%d entries, allowed %d", directory.entries().size(), MOST_ENTRIES));
    }
    for (Entry entry : directory.entries()) {
      check(entry);
    }
  }

  /**
   * Opens a file and checks its directory.
   *
   * @throws NoSuchFileException if there is none
   * @throws ZipException if it is no zip, or one that is not to be trusted: what is wrong, without
   *     the file's name
   * @throws IOException if it can't be read
   */
  public static ZipArchive open(Path path) throws IOException {
    if (Files.notExists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    try {
      FileByteSource file = FileByteSource.open(path, ZipArchive::failure);
      try {
        return new ZipArchive(file);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether a file is a zip that names an entry, be it to be trusted or not. */
  public static boolean names(Path path, String entry) {
    try (FileByteSource file = FileByteSource.open(path, ZipArchive::failure)) {
      return new ZipDirectory(file).entry(entry) != null;
    } catch (ZipException | UncheckedIOException e) {
      return false;
    }
  }

  private static RuntimeException failure(String message, Throwable cause) {
    return new UncheckedIOException(new IOException(message, cause));
  }

  private static void check(Entry entry) throws ZipException {
    String where = "entry " + Quoted.of(entry.name());
    if (LEADS_AWAY.matcher(entry.name()).matches() || entry.name().isEmpty()) {
      throw new ZipException(where + " has a name that leads out of a folder");
    }
    if (entry.isEncrypted()) {
      throw new ZipException(where + " is encrypted");
    }
    if (!entry.isStored() && entry.method() != DEFLATED) {
      throw new ZipException(where + " is compressed by the unknown method " + entry.method());
    }
    if (entry.size() > SMALL && entry.size() / LARGEST_RATIO > entry.compressed()) {
      throw new ZipException(
          Text.format(
              "%s claims %d bytes, compressed to %d: more than %d to 1",
              where, entry.size(), entry.compressed(), LARGEST_RATIO));
    }
  }

  /** All entries, in the directory's order. */
  public Collection<Entry> entries() {
    return directory.entries();
  }

  /** The entry of that name, or null if there is none. */
  public @Nullable Entry entry(String name) {
    return directory.entry(name);
  }

  /**
   * An entry's bytes as one reads them; the last of them are given only if their number and the
   * checksum are right.
   */
  public InputStream read(Entry entry) throws IOException {
    return new ZipEntryStream(entry, file.window(directory.start(entry), entry.compressed()));
  }

  /**
   * An entry's bytes.
   *
   * @param most how many there may be
   * @throws ZipException if there are more, or they are damaged
   */
  public byte[] bytes(Entry entry, int most) throws IOException {
    if (entry.size() > most) {
      throw new ZipException(
          Text.format("%s: %d bytes, allowed %d", entry.name(), entry.size(), most));
    }
    try (InputStream in = read(entry)) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
