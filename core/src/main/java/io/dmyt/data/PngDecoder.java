package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes PNG to 8-bit RGB as PIL's {@code convert("RGB")}: alpha and transparency dropped,
 * palettes looked up, grey repeated, the low byte of 16-bit samples dropped; gamma and colour
 * profiles ignored. Of an animation the default image is decoded.
 *
 * <p>Why not OpenCV, which does the JPEGs: it hands back half a picture when the compressed data is
 * damaged or cut short, with no sign of it but a line on the console. Here checksums are verified
 * and every missing byte is an error.
 *
 * <p>Follows the PNG specification (W3C, third edition). Keeps its buffers; not thread-safe.
 */
final class PngDecoder {
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;

  /** Bytes of image data beyond the image that are looked at. */
  private static final int MAX_SURPLUS = 1 << 16;

  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  /** Of each pass of Adam7 interlacing: first column and row, steps between columns and rows. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] WHOLE = {{0, 0, 1, 1}};

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final byte[] palette = new byte[3 * 256];
  private byte[] rgb = {};
  private byte[] row = {};
  private byte[] previous = {};
  private String name = "";
  private ByteBuffer file = NOTHING;
  private int nextChunk;
  private int width;
  private int height;
  private int bits;
  private int colour;

  /**
   * @return pixels that are valid until the next call
   * @throws BadImageException if the file is damaged or not a PNG after all
   */
  Pixels decode(byte[] data, String fileName) {
    name = fileName;
    file = ByteBuffer.wrap(data);
    nextChunk = 8;
    Chunk header = chunk();
    if (header.type != IHDR || header.length != 13) {
      throw bad("damaged PNG: no header");
    }
    boolean interlaced = readHeader(header.at);
    resetPalette();
    Chunk next = chunk();
    while (next.type != IDAT) {
      if (next.type == IEND) {
        throw bad("damaged PNG: no image data");
      }
      if (next.type == PLTE) {
        System.arraycopy(data, next.at, palette, 0, Math.min(next.length, palette.length));
      }
      next = chunk();
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(data, next.at, next.length);
      readImage(inflater, interlaced ? ADAM7 : WHOLE);
      finish(inflater);
    } catch (DataFormatException e) {
      throw new BadImageException(name, "damaged PNG: " + e.getMessage(), e);
    } finally {
      inflater.end();
      file = NOTHING;
    }
    return new Pixels(ByteBuffer.wrap(rgb), width, height);
  }

  private boolean readHeader(int at) {
    width = file.getInt(at);
    height = file.getInt(at + 4);
    bits = file.get(at + 8);
    colour = file.get(at + 9);
    int interlace = file.get(at + 12);
    boolean known =
        switch (colour) {
          case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
          case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
          case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
          default -> false;
        };
    if (!known || interlace < 0 || interlace > 1) {
      throw bad(
          Text.format(
              "damaged PNG: colour type %d, bit depth %d, interlacing %d",
              colour, bits, interlace));
    }
    Pixels.checkSize(name, width, height);
    return interlace == 1;
  }

  /** As in PIL, a colour that the palette lacks is grey. */
  private void resetPalette() {
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
  }

  private void readImage(Inflater inflater, int[][] passes) throws DataFormatException {
    int pixelBits = bits * samples();
    int longest = Math.toIntExact(((long) width * pixelBits + 7) / 8) + 1;
    row = row.length >= longest ? row : new byte[longest];
    previous = previous.length >= longest ? previous : new byte[longest];
    rgb = rgb.length >= 3 * width * height ? rgb : new byte[3 * width * height];
    int pixelBytes = Math.max(pixelBits / 8, 1);
    for (int[] pass : passes) {
      int columns = (width - pass[0] + pass[2] - 1) / pass[2];
      int rows = (height - pass[1] + pass[3] - 1) / pass[3];
      int length = (int) (((long) columns * pixelBits + 7) / 8) + 1;
      Arrays.fill(previous, (byte) 0);
      for (int r = 0; columns > 0 && r < rows; r++) {
        inflate(inflater, length);
        if (!PngFilter.undo(row, previous, length, pixelBytes)) {
          throw bad("damaged PNG: row filter " + row[0]);
        }
        int target = 3 * ((pass[1] + r * pass[3]) * width + pass[0]);
        toRgb(columns, target, 3 * pass[2]);
        byte[] swap = previous;
        previous = row;
        row = swap;
      }
    }
  }

  private int samples() {
    return switch (colour) {
      case RGB -> 3;
      case GREY_ALPHA -> 2;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }

  private void inflate(Inflater inflater, int length) throws DataFormatException {
    int done = 0;
    while (done < length) {
      int count = inflater.inflate(row, done, length - done);
      done += count;
      if (count == 0 && (inflater.finished() || inflater.needsDictionary() || !feed(inflater))) {
        throw bad("truncated PNG: the image data ends too early");
      }
    }
  }

  /**
   * Reads on to the end of the compressed data, where its checksum is. What is more than the image
   * needs is read up to a bound, as 1,000 times as much may come out as goes in.
   */
  private void finish(Inflater inflater) throws DataFormatException {
    byte[] surplus = new byte[MAX_SURPLUS];
    int left = MAX_SURPLUS;
    while (!inflater.finished() && left > 0) {
      int count = inflater.inflate(surplus, 0, left);
      left -= count;
      if (count == 0 && !inflater.finished() && !feed(inflater)) {
        throw bad("truncated PNG: the image data ends too early");
      }
    }
    while (chunk().type != IEND) {
      // The file must be whole; what these chunks hold doesn't matter.
    }
  }

  private boolean feed(Inflater inflater) {
    if (!inflater.needsInput()) {
      return true;
    }
    int before = nextChunk;
    Chunk next = chunk();
    if (next.type != IDAT) {
      nextChunk = before;
      return false;
    }
    inflater.setInput(file.array(), next.at, next.length);
    return true;
  }

  /** Puts the row's pixels at {@code target} and every {@code step} bytes on. */
  private void toRgb(int columns, int target, int step) {
    int sampleBytes = bits / 8;
    switch (colour) {
      case RGB, RGB_ALPHA -> {
        int pixelBytes = samples() * sampleBytes;
        for (int x = 0, at = 1, to = target; x < columns; x++, at += pixelBytes, to += step) {
          rgb[to] = row[at];
          rgb[to + 1] = row[at + sampleBytes];
          rgb[to + 2] = row[at + 2 * sampleBytes];
        }
      }
      case PALETTE -> {
        for (int x = 0, to = target; x < columns; x++, to += step) {
          System.arraycopy(palette, 3 * packed(x), rgb, to, 3);
        }
      }
      default -> {
        int pixelBytes = samples() * sampleBytes;
        int scale = bits < 8 ? 255 / ((1 << bits) - 1) : 1;
        for (int x = 0, to = target; x < columns; x++, to += step) {
          byte grey = bits < 8 ? (byte) (packed(x) * scale) : row[1 + x * pixelBytes];
          rgb[to] = grey;
          rgb[to + 1] = grey;
          rgb[to + 2] = grey;
        }
      }
    }
  }

  /** Sample x of a row with one sample of at most 8 bits per pixel. */
  private int packed(int x) {
    if (bits == 8) {
      return row[1 + x] & 0xff;
    }
    int bit = x * bits;
    return (row[1 + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
  }

  private Chunk chunk() {
    int at = nextChunk;
    int left = file.capacity() - at;
    int length = left < 12 ? -1 : file.getInt(at);
    if (length < 0 || length > left - 12) {
      throw bad("truncated PNG: it ends after " + file.capacity() + " bytes");
    }
    int type = file.getInt(at + 4);
    CRC32 crc = new CRC32();
    crc.update(file.array(), at + 4, length + 4);
    if ((int) crc.getValue() != file.getInt(at + 8 + length) && isCritical(type)) {
      throw bad("damaged PNG: wrong checksum of the chunk at byte " + at);
    }
    nextChunk = at + 12 + length;
    return new Chunk(type, at + 8, length);
  }

  /** Chunks named with a small first letter may be ignored. */
  private static boolean isCritical(int type) {
    return (type & 0x20000000) == 0;
  }

  private BadImageException bad(String reason) {
    return new BadImageException(name, reason);
  }

  private record Chunk(int type, int at, int length) {}
}
