package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.ZipDirectory;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A zip file whose entries are stored, not compressed, as PyTorch writes them; so each is a range
 * of the file.
 *
 * <p>Zip64 is read; encryption, compression and spanned archives are refused.
 */
final class StoredZip {
  private final FileByteSource file;
  private final ZipDirectory directory;

  /** A range of the file. */
  record Range(long start, long size) {}

  /**
   * Reads the directory.
   *
   * @throws CheckpointException if it is damaged
   */
  StoredZip(FileByteSource file) {
    this.file = file;
    try {
      directory = ZipDirectory.ofPadded(file);
    } catch (ZipException e) {
      throw broken(e.getMessage());
    }
  }

  /** The names of all entries, in the directory's order. */
  Iterable<String> names() {
    return directory.entries().stream().map(ZipDirectory.Entry::name).toList();
  }

  boolean contains(String name) {
    return directory.entry(name) != null;
  }

  /**
   * Where an entry's bytes lie; their checksum has been verified.
   *
   * @throws CheckpointException if it is absent, not stored, or damaged
   */
  Range range(String name) {
    ZipDirectory.Entry entry = directory.entry(name);
    String where = "entry " + Quoted.of(name);
    if (entry == null) {
      throw broken(where + " is missing");
    }
    if (entry.isEncrypted()) {
      throw broken(where + " is encrypted");
    }
    if (!entry.isStored()) {
      throw broken(
          where + " is compressed (method " + entry.method() + "); PyTorch stores tensors as is");
    }
    long start;
    try {
      start = directory.start(entry);
    } catch (ZipException e) {
      throw broken(e.getMessage());
    }
    if (crc(start, entry.size()) != entry.crc()) {
      throw broken(where + ": its checksum differs, the file is damaged");
    }
    return new Range(start, entry.size());
  }

  private long crc(long start, long size) {
    CRC32 crc = new CRC32();
    try (ByteRange window = file.window(start, size)) {
      for (int i = 0; i < window.segmentCount(); i++) {
        crc.update(window.segment(i));
      }
    }
    return crc.getValue();
  }

  private CheckpointException broken(@Nullable String what) {
    return new CheckpointException(file + ": zip: " + what);
  }
}
