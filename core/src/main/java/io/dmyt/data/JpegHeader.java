package io.dmyt.data;

import java.io.ByteArrayOutputStream;

/**
 * What must be known of a JPEG before it is decoded, and whether it is whole.
 *
 * <p>libjpeg fills what is missing of a truncated file with grey and goes on. PIL refuses such a
 * file; so the markers are walked here, through the compressed data, up to the end of the image.
 * Whatever follows that is ignored.
 *
 * @param components 1 grey, 3 colour, 4 CMYK or YCCK
 * @param adobeTransform the colour transform of Adobe's marker, -1 if there is none; of four
 *     components 2 means YCCK
 */
record JpegHeader(int width, int height, int components, int adobeTransform) {

  /**
   * @throws BadImageException if the file ends before the image does
   */
  static JpegHeader read(byte[] data, String name) {
    int width = 0;
    int height = 0;
    int components = 0;
    int adobe = -1;
    boolean scanned = false;
    int at = 2;
    while (true) {
      at = nextMarker(data, at);
      if (at >= data.length) {
        throw truncated(data, name);
      }
      int marker = data[at++] & 0xff;
      if (marker == 0xd9) {
        break;
      }
      if (isStandalone(marker)) {
        continue;
      }
      int length = at + 2 > data.length ? 0 : u16(data, at);
      if (length < 2 || length > data.length - at) {
        throw truncated(data, name);
      }
      if (isFrame(marker) && length >= 8 && components == 0) {
        // libjpeg, too, takes the first and refuses a second.
        height = u16(data, at + 3);
        width = u16(data, at + 5);
        components = data[at + 7] & 0xff;
      } else if (marker == 0xee && length >= 14 && isAdobe(data, at + 2)) {
        adobe = data[at + 13] & 0xff;
      }
      scanned |= marker == 0xda;
      at += length;
    }
    if (components == 0 || !scanned) {
      throw new BadImageException(name, "damaged JPEG: no image data");
    }
    Pixels.checkSize(name, width, height);
    return new JpegHeader(width, height, components, adobe);
  }

  /**
   * The file without the segments that hold colour profiles, which nothing here uses, and which a
   * decoder may refuse where PIL doesn't: broken ones are common.
   */
  static byte[] withoutProfiles(byte[] data) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(data.length);
    int from = 0;
    int at = 2;
    while (at + 4 <= data.length && (data[at] & 0xff) == 0xff) {
      int marker = data[at + 1] & 0xff;
      if (marker == 0xff) {
        at++; // Fills.
        continue;
      }
      if (marker == 0xda || isStandalone(marker)) {
        break;
      }
      int end = at + 2 + u16(data, at + 2);
      if (end > data.length) {
        break;
      }
      if (marker == 0xe2) {
        kept.write(data, from, at - from);
        from = end;
      }
      at = end;
    }
    kept.write(data, from, data.length - from);
    return kept.toByteArray();
  }

  /** Index of the code of the next marker from {@code at} on, or the length if there is none. */
  private static int nextMarker(byte[] data, int at) {
    for (int i = at; i < data.length - 1; i++) {
      if (data[i] == (byte) 0xff) {
        int code = data[i + 1] & 0xff;
        // FF00 is the value FF in compressed data, FFFF fills.
        if (code != 0 && code != 0xff) {
          return i + 1;
        }
      }
    }
    return data.length;
  }

  private static boolean isStandalone(int marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static boolean isAdobe(byte[] data, int at) {
    return data[at] == 'A'
        && data[at + 1] == 'd'
        && data[at + 2] == 'o'
        && data[at + 3] == 'b'
        && data[at + 4] == 'e';
  }

  private static int u16(byte[] data, int at) {
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }

  private static BadImageException truncated(byte[] data, String name) {
    return new BadImageException(name, "truncated JPEG: it ends after " + data.length + " bytes");
  }
}
