package io.dmyt.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes PNGs of any colour type, and wrong ones. */
final class PngBuilder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  PngBuilder() {
    write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
  }

  PngBuilder header(int width, int height, int bits, int colour) {
    byte[] data = new byte[13];
    for (int i = 0; i < 4; i++) {
      data[i] = (byte) (width >> (24 - 8 * i));
      data[4 + i] = (byte) (height >> (24 - 8 * i));
    }
    data[8] = (byte) bits;
    data[9] = (byte) colour;
    return chunk("IHDR", data);
  }

  PngBuilder chunk(String type, byte[] data) {
    return chunk(type, data, 0);
  }

  PngBuilder chunk(String type, byte[] data, int crcError) {
    CRC32 crc = new CRC32();
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    crc.update(name);
    crc.update(data);
    writeInt(data.length);
    write(name);
    write(data);
    writeInt((int) crc.getValue() + crcError);
    return this;
  }

  /** Ends the file. */
  byte[] end() {
    chunk("IEND", new byte[0]);
    return bytes.toByteArray();
  }

  /**
   * Row after row, each with its filter byte first, compressed.
   *
   * @param raw unfiltered rows; row r gets filter r mod 5
   */
  static byte[] compress(byte[][] raw, int pixelBytes) {
    ByteArrayOutputStream filtered = new ByteArrayOutputStream();
    byte[] up = new byte[raw[0].length];
    for (int r = 0; r < raw.length; r++) {
      filtered.write(r % 5);
      byte[] row = raw[r];
      for (int i = 0; i < row.length; i++) {
        int left = i < pixelBytes ? 0 : row[i - pixelBytes] & 0xff;
        int above = up[i] & 0xff;
        int aboveLeft = i < pixelBytes ? 0 : up[i - pixelBytes] & 0xff;
        int prediction =
            switch (r % 5) {
              case 1 -> left;
              case 2 -> above;
              case 3 -> (left + above) / 2;
              case 4 -> paeth(left, above, aboveLeft);
              default -> 0;
            };
        filtered.write(row[i] - prediction);
      }
      up = row;
    }
    return deflate(filtered.toByteArray());
  }

  static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    byte[] buffer = new byte[data.length + 100];
    int length = deflater.deflate(buffer);
    deflater.end();
    return java.util.Arrays.copyOf(buffer, length);
  }

  /** The specification's own words: of left, above and above left, the nearest to a + b − c. */
  private static int paeth(int a, int b, int c) {
    int p = a + b - c;
    int nearest = a;
    if (Math.abs(p - b) < Math.abs(p - nearest)) {
      nearest = b;
    }
    return Math.abs(p - c) < Math.abs(p - nearest) ? c : nearest;
  }

  private void write(byte[] data) {
    try {
      out.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeInt(int value) {
    try {
      out.writeInt(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
