package io.dmyt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes zips that no honest writer writes: what an entry says and what it is are set apart. */
final class RawZip {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;

  /**
   * An entry.
   *
   * @param localName the name that stands before the bytes
   * @param size that the directory claims
   * @param data as it lies in the file
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Entry(
      String name, String localName, int method, int flags, long size, long crc, byte[] data) {
    static Entry stored(String name, byte[] bytes) {
      return new Entry(name, name, 0, 0, bytes.length, crc(bytes), bytes);
    }

    static Entry deflated(String name, byte[] bytes) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Deflater raw = new Deflater(9, true);
      try (DeflaterOutputStream deflater = new DeflaterOutputStream(out, raw)) {
        deflater.write(bytes);
      }
      raw.end();
      return new Entry(name, name, 8, 0, bytes.length, crc(bytes), out.toByteArray());
    }

    Entry claiming(long bytes) {
      return new Entry(name, localName, method, flags, bytes, crc, data);
    }

    Entry locally(String other) {
      return new Entry(name, other, method, flags, size, crc, data);
    }

    Entry flagged(int bits) {
      return new Entry(name, localName, method, bits, size, crc, data);
    }

    Entry by(int other) {
      return new Entry(name, localName, other, flags, size, crc, data);
    }

    Entry cutTo(int bytes) {
      return new Entry(
          name, localName, method, flags, size, crc, java.util.Arrays.copyOf(data, bytes));
    }

    private static long crc(byte[] bytes) {
      CRC32 crc = new CRC32();
      crc.update(bytes);
      return crc.getValue();
    }
  }

  private RawZip() {}

  /** The zip; each entry has its size in a zip64 field where it is above 4 GiB. */
  static byte[] of(List<Entry> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> offsets = new ArrayList<>();
    for (Entry e : entries) {
      offsets.add(out.size());
      byte[] name = e.localName().getBytes(StandardCharsets.UTF_8);
      ByteBuffer local = buffer(30);
      local.putInt(LOCAL).putShort((short) 45).putShort((short) e.flags());
      local.putShort((short) e.method()).putInt(0).putInt((int) e.crc());
      local.putInt(e.data().length).putInt(low(e.size()));
      local.putShort((short) name.length).putShort((short) 0);
      out.writeBytes(bytes(local));
      out.writeBytes(name);
      out.writeBytes(e.data());
    }
    int directory = out.size();
    for (int i = 0; i < entries.size(); i++) {
      Entry e = entries.get(i);
      byte[] name = e.name().getBytes(StandardCharsets.UTF_8);
      boolean wide = e.size() > 0xffffffffL;
      ByteBuffer central = buffer(46);
      central.putInt(CENTRAL).putShort((short) 45).putShort((short) 45);
      central.putShort((short) e.flags()).putShort((short) e.method()).putInt(0);
      central.putInt((int) e.crc()).putInt(e.data().length).putInt(low(e.size()));
      central.putShort((short) name.length).putShort((short) (wide ? 12 : 0));
      central.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
      central.putInt(offsets.get(i));
      out.writeBytes(bytes(central));
      out.writeBytes(name);
      if (wide) {
        out.writeBytes(bytes(buffer(12).putShort((short) 1).putShort((short) 8).putLong(e.size())));
      }
    }
    ByteBuffer end = buffer(22);
    end.putInt(END).putInt(0).putShort((short) entries.size()).putShort((short) entries.size());
    end.putInt(out.size() - directory).putInt(directory).putShort((short) 0);
    out.writeBytes(bytes(end));
    return out.toByteArray();
  }

  private static int low(long size) {
    return size > 0xffffffffL ? -1 : (int) size;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
