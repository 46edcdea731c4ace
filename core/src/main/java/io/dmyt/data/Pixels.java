package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.ByteBuffer;

/**
 * A decoded image in a decoder's own buffer.
 *
 * @param rgb [height, width, 3] from index 0; valid until the decoder decodes again
 */
record Pixels(ByteBuffer rgb, int width, int height) {

  /** PIL's limit, against files that are small on disk and huge in memory. */
  private static final long MAX_PIXELS = 178_956_970;

  /** Refuses sizes that no honest file has, before anything is allocated. */
  static void checkSize(String name, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
      throw new BadImageException(
          name,
          Text.format(
              "an image of %d x %d pixels; at least 1 and at most %d are read",
              width & 0xffffffffL, height & 0xffffffffL, MAX_PIXELS));
    }
  }

  /** An image's own bytes. */
  static Pixels of(RgbImage image) {
    return new Pixels(ByteBuffer.wrap(image.pixels()), image.width(), image.height());
  }

  RgbImage toImage() {
    byte[] copy = new byte[3 * width * height];
    rgb.get(0, copy);
    return new RgbImage(width, height, copy);
  }
}
