package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sizes that pictures claim, read before a decoder allocates memory for them. JPEG and PNG have
 * readers of their own, as more is checked there.
 */
final class ImageHeaders {
  private static final int CORE_HEADER = 12;
  private static final int IMAGE_WIDTH = 256;
  private static final int IMAGE_LENGTH = 257;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_LENGTH = 323;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private ImageHeaders() {}

  /**
   * Refuses a picture that claims to be larger than is read, or has no whole header.
   *
   * @throws BadImageException then
   */
  static void check(ImageFormat format, byte[] data, String name) {
    ByteBuffer file = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    try {
      switch (format) {
        case WEBP -> webp(file, name);
        case BMP -> bmp(file, name);
        case GIF -> gif(file, name);
        case TIFF -> tiff(file, name);
        default -> throw new IllegalArgumentException("no header of " + format + " here");
      }
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new BadImageException(
          name, Text.format("damaged %s: no whole header in %d bytes", format, data.length), e);
    }
  }

  /** RIFF: the first chunk is a lossy frame, a lossless one, or the description of the canvas. */
  private static void webp(ByteBuffer file, String name) {
    long declared = 8 + (file.getInt(4) & 0xffffffffL);
    if (declared > file.capacity()) {
      throw new BadImageException(
          name, Text.format("truncated WebP: %d of %d bytes", file.capacity(), declared));
    }
    switch (file.getInt(12)) {
      case 0x20385056 -> // "VP8 ": after the frame's tag and start code
          Pixels.checkSize(name, file.getShort(26) & 0x3fff, file.getShort(28) & 0x3fff);
      case 0x4C385056 -> { // "VP8L": 14 bits each, less one
        int bits = file.getInt(21);
        Pixels.checkSize(name, 1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff));
      }
      case 0x58385056 -> // "VP8X": 24 bits each, less one
          Pixels.checkSize(name, 1 + (file.getInt(24) & 0xffffff), 1 + (file.getInt(26) >>> 8));
      default -> throw new BadImageException(name, "damaged WebP: no image data");
    }
  }

  private static void bmp(ByteBuffer file, String name) {
    if (file.getInt(14) == CORE_HEADER) {
      Pixels.checkSize(name, file.getShort(18) & 0xffff, file.getShort(20) & 0xffff);
    } else {
      // A negative height means that the top row comes first.
      int height = file.getInt(22);
      Pixels.checkSize(name, file.getInt(18), height < 0 ? -height : height);
    }
  }

  /** The screen; the first frame's own size is checked where it is read. */
  private static void gif(ByteBuffer file, String name) {
    Pixels.checkSize(name, file.getShort(6) & 0xffff, file.getShort(8) & 0xffff);
  }

  /** The first picture's directory. */
  private static void tiff(ByteBuffer file, String name) {
    file.order(file.get(0) == 'M' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(4);
    int entries = file.getShort(directory) & 0xffff;
    int width = 0;
    int height = 0;
    int tileWidth = 1;
    int tileHeight = 1;
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + 12 * i;
      int type = file.getShort(at + 2);
      int value =
          type == SHORT ? file.getShort(at + 8) & 0xffff : type == LONG ? file.getInt(at + 8) : 0;
      switch (file.getShort(at) & 0xffff) {
        case IMAGE_WIDTH -> width = value;
        case IMAGE_LENGTH -> height = value;
        case TILE_WIDTH -> tileWidth = value;
        case TILE_LENGTH -> tileHeight = value;
        default -> {
          // Says nothing of the size.
        }
      }
    }
    Pixels.checkSize(name, width, height);
    Pixels.checkSize(name, tileWidth, tileHeight);
  }
}
