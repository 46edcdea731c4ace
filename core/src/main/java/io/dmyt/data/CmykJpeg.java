package io.dmyt.data;

import java.awt.image.Raster;
import java.nio.ByteBuffer;

/**
 * JPEGs of four components, inverted as Adobe writes them and converted as PIL does, without a
 * colour profile: {@code channel = k − round(k · (255 − c) / 255)} of the stored {@code c} and
 * {@code k}. OpenCV rounds otherwise, by up to two levels, and so only the JDK's decoder, which
 * hands out the four components, will do.
 */
final class CmykJpeg {
  private CmykJpeg() {}

  static Pixels decode(byte[] data, JpegHeader header, String name) {
    byte[] bare = JpegHeader.withoutProfiles(data);
    Raster raster =
        JdkReaders.read("JPEG", bare, name, "CMYK JPEG", reader -> reader.readRaster(0, null));
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] samples = new int[4 * width];
    boolean ycck = header.adobeTransform() == 2;
    int to = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int at = 0; at < samples.length; at += 4) {
        if (ycck) {
          toCmyk(samples, at);
        }
        int black = samples[at + 3];
        for (int c = 0; c < 3; c++) {
          rgb[to++] = (byte) (black - product(255 - samples[at + c], black));
        }
      }
    }
    return new Pixels(ByteBuffer.wrap(rgb), width, height);
  }

  /** JFIF's YCbCr to inverted RGB, in libjpeg's 16-bit fixed point. */
  private static void toCmyk(int[] samples, int at) {
    int y = samples[at];
    int blue = samples[at + 1] - 128;
    int red = samples[at + 2] - 128;
    samples[at] = clip(255 - (y + ((91881 * red + 32768) >> 16)));
    samples[at + 1] = clip(255 - (y + ((-22554 * blue - 46802 * red + 32768) >> 16)));
    samples[at + 2] = clip(255 - (y + ((116130 * blue + 32768) >> 16)));
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }

  /** round(a · b / 255) */
  static int product(int a, int b) {
    int x = a * b + 128;
    return ((x >> 8) + x) >> 8;
  }
}
