package io.dmyt.internal;

import io.dmyt.internal.ZipDirectory.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The bytes of a zip's entry: as many as the directory says, with the checksum that it says. */
final class ZipEntryStream extends InputStream {
  private final Entry entry;
  private final ByteRange compressed;

  /** Null for an entry that is stored. */
  private final @Nullable Inflater inflater;

  private final CRC32 checksum = new CRC32();
  private ByteBuffer segment = ByteBuffer.allocate(0);
  private int segments;
  private long left;

  ZipEntryStream(Entry entry, ByteRange compressed) throws ZipException {
    this.entry = entry;
    this.compressed = compressed;
    inflater = entry.isStored() ? null : new Inflater(true);
    left = entry.size();
    if (left == 0) {
      requireWhole();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (left == 0 || length == 0) {
      return left == 0 ? -1 : 0;
    }
    int wanted = (int) Math.min(length, left);
    int read =
        inflater == null ? copied(bytes, from, wanted) : inflated(inflater, bytes, from, wanted);
    checksum.update(bytes, from, read);
    left -= read;
    if (left == 0) {
      requireWhole();
    }
    return read;
  }

  private int copied(byte[] bytes, int from, int wanted) throws ZipException {
    requireMore();
    int read = Math.min(wanted, segment.remaining());
    segment.get(bytes, from, read);
    return read;
  }

  private int inflated(Inflater inflater, byte[] bytes, int from, int wanted) throws ZipException {
    try {
      while (true) {
        int read = inflater.inflate(bytes, from, wanted);
        if (read > 0) {
          return read;
        }
        if (inflater.finished() || inflater.needsDictionary()) {
          throw broken(Text.format("ends after %d of %d bytes", entry.size() - left, entry.size()));
        }
        requireMore();
        inflater.setInput(segment);
      }
    } catch (DataFormatException e) {
      throw broken("cannot be inflated: " + e.getMessage());
    }
  }

  /** Goes on to the next segment of the file. */
  private void requireMore() throws ZipException {
    while (!segment.hasRemaining()) {
      if (segments == compressed.segmentCount()) {
        throw broken(Text.format("ends after %d of %d bytes", entry.size() - left, entry.size()));
      }
      segment = compressed.segment(segments++);
    }
  }

  /** To be called after the last byte: nothing may follow it. */
  private void requireWhole() throws ZipException {
    if (inflater != null && !inflater.finished()) {
      byte[] more = new byte[1];
      boolean ended = entry.size() == 0 && entry.compressed() == 0;
      try {
        while (!ended) {
          if (inflater.inflate(more) > 0) {
            throw broken(Text.format("is longer than the %d bytes that it says", entry.size()));
          }
          ended = inflater.finished();
          if (!ended) {
            requireMore();
            inflater.setInput(segment);
          }
        }
      } catch (DataFormatException e) {
        throw broken("cannot be inflated: " + e.getMessage());
      }
    }
    if (checksum.getValue() != entry.crc()) {
      throw broken("has another checksum than it was written with");
    }
  }

  private ZipException broken(String what) {
    return new ZipException(Quoted.line(entry.name()) + " " + what);
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
    }
    compressed.close();
  }
}
