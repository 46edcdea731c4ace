package io.dmyt.data;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEGs of four components, inverted as Adobe writes them and converted as PIL does, without a
 * colour profile: {@code channel = k − round(k · (255 − c) / 255)} of the stored {@code c} and
 * {@code k}. OpenCV rounds otherwise, by up to two levels, and so only the JDK's decoder, which
 * hands out the four components, will do.
 */
final class CmykJpeg {
  private CmykJpeg() {}

  static Pixels decode(byte[] data, JpegHeader header, String name) {
    Raster raster = read(data, name);
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

  private static Raster read(byte[] data, String name) {
    ImageReader reader = jdkReader();
    try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      reader.setInput(stream, true, true);
      return reader.readRaster(0, null);
    } catch (IOException | RuntimeException e) {
      throw new BadImageException(name, "CMYK JPEG that can't be decoded: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  /** Other readers on the class path convert colours by themselves. */
  private static ImageReader jdkReader() {
    Iterator<ImageReaderSpi> readers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (readers.hasNext()) {
      ImageReaderSpi spi = readers.next();
      if (spi.getClass().getModule() == ImageIO.class.getModule()
          && spi.getClass().getSimpleName().equals("JPEGImageReaderSpi")) {
        try {
          return spi.createReaderInstance();
        } catch (IOException e) {
          throw new IllegalStateException("The JDK's JPEG reader doesn't start", e);
        }
      }
    }
    throw new IllegalStateException("This Java has no JPEG reader of its own");
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
  private static int product(int a, int b) {
    int x = a * b + 128;
    return ((x >> 8) + x) >> 8;
  }
}
