package io.dmyt.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a zip file, which says where each entry lies, as {@link java.util.zip.ZipFile}
 * does not.
 *
 * <p>Zip64 is read. Refused are spanned archives, two entries of one name, entries that overlap or
 * lie outside the file, and whatever contradicts itself; so that every reader of zips finds the
 * same in the file.
 */
public final class ZipDirectory {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END64_LOCATOR_SIGNATURE = 0x07064b50;
  private static final int END64_LOCATOR_BYTES = 20;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int ZIP64_EXTRA = 1;
  private static final long LARGEST_DIRECTORY = 32 << 20;
  private static final long ABSENT32 = 0xffffffffL;

  private final ByteSource file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * An entry as the directory has it.
   *
   * @param method 0 stored, 8 deflated
   * @param compressed the number of bytes in the file
   * @param size the number of bytes that they stand for
   * @param header where its local header is
   */
  public record Entry(
      String name, int method, int flags, long crc, long compressed, long size, long header) {
    private static final int ENCRYPTED = 1;

    /** Whether its bytes can't be read without a password. */
    public boolean isEncrypted() {
      return (flags & ENCRYPTED) != 0;
    }

    /** Whether its bytes stand in the file as they are. */
    public boolean isStored() {
      return method == 0;
    }
  }

  /**
   * Reads the directory.
   *
   * @throws ZipException if it is damaged: what is wrong, without the file's name
   */
  public ZipDirectory(ByteSource file) throws ZipException {
    this(file, false);
  }

  /**
   * Reads the directory of a file that may be longer than its zip, as some downloads are; up to 64
   * kB behind it are passed over.
   *
   * @throws ZipException if it is damaged: what is wrong, without the file's name
   */
  public static ZipDirectory ofPadded(ByteSource file) throws ZipException {
    return new ZipDirectory(file, true);
  }

  private ZipDirectory(ByteSource file, boolean padded) throws ZipException {
    this.file = file;
    long end = findEnd(padded);
    ByteBuffer record = file.read(end, END_BYTES);
    long disks = (record.getShort(4) & 0xffff) | (record.getShort(6) & 0xffff);
    long count = record.getShort(10) & 0xffff;
    long size = record.getInt(12) & ABSENT32;
    long offset = record.getInt(16) & ABSENT32;
    long directoryEnd = end;
    if (end >= END64_LOCATOR_BYTES) {
      ByteBuffer locator = file.read(end - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES);
      if (locator.getInt(0) == END64_LOCATOR_SIGNATURE) {
        directoryEnd = locator.getLong(8);
        if (directoryEnd < 0 || directoryEnd > end - END64_LOCATOR_BYTES - END64_BYTES) {
          throw broken("zip64 record outside the file");
        }
        ByteBuffer end64 = file.read(directoryEnd, END64_BYTES);
        if (end64.getInt(0) != END64_SIGNATURE) {
          throw broken("no zip64 record where its locator points");
        }
        disks = end64.getInt(16) | end64.getInt(20);
        count = end64.getLong(32);
        size = end64.getLong(40);
        offset = end64.getLong(48);
      }
    }
    if (disks != 0) {
      throw broken("one part of a spanned archive");
    }
    if (size < 0 || offset < 0 || offset > directoryEnd || size > directoryEnd - offset) {
      throw broken("central directory outside the file");
    }
    if (size > LARGEST_DIRECTORY) {
      throw broken("central directory of " + size + " bytes, allowed " + LARGEST_DIRECTORY);
    }
    if (count < 0 || count > size / CENTRAL_BYTES) {
      throw broken(Text.format("central directory of %d bytes for %d entries", size, count));
    }
    readDirectory(offset, (int) size, count);
    requireApart(offset);
  }

  private long findEnd(boolean padded) throws ZipException {
    long from = Math.max(0, file.size() - END_BYTES - 0xffff);
    ByteBuffer tail = file.read(from, (int) (file.size() - from));
    for (int i = tail.limit() - END_BYTES; i >= 0; i--) {
      if (tail.getInt(i) == END_SIGNATURE) {
        int end = i + END_BYTES + (tail.getShort(i + 20) & 0xffff);
        if (end == tail.limit() || (padded && end < tail.limit())) {
          return from + i;
        }
      }
    }
    throw broken("no end-of-directory record: cut short, or not all of it a zip");
  }

  private void readDirectory(long offset, int size, long count) throws ZipException {
    ByteBuffer directory = file.read(offset, size);
    for (long i = 0; i < count; i++) {
      if (directory.remaining() < CENTRAL_BYTES) {
        throw broken(Text.format("central directory ends after %d of %d entries", i, count));
      }
      ByteBuffer fixed = directory.slice(directory.position(), CENTRAL_BYTES);
      fixed.order(ByteOrder.LITTLE_ENDIAN);
      if (fixed.getInt(0) != CENTRAL_SIGNATURE) {
        throw broken(Text.format("entry %d of the central directory lacks its signature", i));
      }
      int nameBytes = fixed.getShort(28) & 0xffff;
      int extraBytes = fixed.getShort(30) & 0xffff;
      int commentBytes = fixed.getShort(32) & 0xffff;
      directory.position(directory.position() + CENTRAL_BYTES);
      if (directory.remaining() < nameBytes + extraBytes + commentBytes) {
        throw broken(Text.format("entry %d of the central directory is cut short", i));
      }
      byte[] name = new byte[nameBytes];
      directory.get(name);
      ByteBuffer extra = directory.slice(directory.position(), extraBytes);
      directory.position(directory.position() + extraBytes + commentBytes);
      add(entry(new String(name, StandardCharsets.UTF_8), fixed, extra));
    }
  }

  private void add(Entry entry) throws ZipException {
    if (entries.putIfAbsent(entry.name(), entry) != null) {
      throw broken("two entries named " + Quoted.of(entry.name()));
    }
  }

  private static Entry entry(String name, ByteBuffer fixed, ByteBuffer extra) throws ZipException {
    long compressed = fixed.getInt(20) & ABSENT32;
    long size = fixed.getInt(24) & ABSENT32;
    long header = fixed.getInt(42) & ABSENT32;
    extra.order(ByteOrder.LITTLE_ENDIAN);
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xffff;
      int bytes = extra.getShort() & 0xffff;
      if (bytes > extra.remaining()) {
        break;
      }
      if (id == ZIP64_EXTRA) {
        // Holds only what did not fit, in this order.
        ByteBuffer wide = extra.slice(extra.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
        size = size == ABSENT32 ? wide(name, wide) : size;
        compressed = compressed == ABSENT32 ? wide(name, wide) : compressed;
        header = header == ABSENT32 ? wide(name, wide) : header;
      }
      extra.position(extra.position() + bytes);
    }
    int method = fixed.getShort(10) & 0xffff;
    if (method == 0 && compressed != size) {
      throw broken(
          Text.format(
              "entry %s: stored in %d bytes, but %d long", Quoted.of(name), compressed, size));
    }
    int flags = fixed.getShort(8) & 0xffff;
    long crc = fixed.getInt(16) & ABSENT32;
    return new Entry(name, method, flags, crc, compressed, size, header);
  }

  private static long wide(String name, ByteBuffer values) throws ZipException {
    long value = values.remaining() >= Long.BYTES ? values.getLong() : -1;
    if (value < 0) {
      throw broken("entry " + Quoted.of(name) + ": broken zip64 field");
    }
    return value;
  }

  /** Entries that shared bytes would let a small file stand for a huge one. */
  private void requireApart(long directory) throws ZipException {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::header));
    for (int i = 0; i < sorted.size(); i++) {
      Entry entry = sorted.get(i);
      if (entry.header() > directory - LOCAL_BYTES) {
        throw broken("entry " + Quoted.of(entry.name()) + " lies outside the file");
      }
      long end = i + 1 < sorted.size() ? sorted.get(i + 1).header() : directory;
      long room = Math.min(end, directory) - entry.header() - LOCAL_BYTES;
      if (entry.compressed() > room) {
        throw broken(
            Text.format(
                "entry %s: %d bytes at %d run into what follows at %d",
                Quoted.of(entry.name()), entry.compressed(), entry.header(), end));
      }
    }
  }

  /** All entries, in the directory's order. */
  public Collection<Entry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** The entry of that name, or null if there is none. */
  public @Nullable Entry entry(String name) {
    return entries.get(name);
  }

  /**
   * Where an entry's compressed bytes begin in the file.
   *
   * @throws ZipException if its own header is missing, or says another name or method than the
   *     directory
   */
  public long start(Entry entry) throws ZipException {
    String where = "entry " + Quoted.of(entry.name());
    ByteBuffer local = file.read(entry.header(), LOCAL_BYTES);
    if (local.getInt(0) != LOCAL_SIGNATURE) {
      throw broken(where + " lacks its local header");
    }
    int nameBytes = local.getShort(26) & 0xffff;
    long start = entry.header() + LOCAL_BYTES + nameBytes + (local.getShort(28) & 0xffff);
    if (entry.compressed() > file.size() - start) {
      throw broken(where + " runs past the end of the file");
    }
    byte[] name = new byte[nameBytes];
    file.read(entry.header() + LOCAL_BYTES, nameBytes).get(name);
    if (!new String(name, StandardCharsets.UTF_8).equals(entry.name())
        || (local.getShort(8) & 0xffff) != entry.method()) {
      throw broken(where + " says something else in its own header");
    }
    return start;
  }

  private static ZipException broken(String what) {
    return new ZipException(what);
  }
}
