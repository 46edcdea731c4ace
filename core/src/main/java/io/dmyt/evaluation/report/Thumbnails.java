package io.dmyt.evaluation.report;

import io.dmyt.data.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Images small enough for a page. */
public final class Thumbnails {
  /** The longer side. */
  private static final int SIDE = 192;

  private Thumbnails() {}

  /**
   * An image as a JPEG file, shrunk to a longer side of 192 pixels at most.
   *
   * @param image of any size
   */
  public static byte[] jpeg(RgbImage image) {
    double factor = Math.min(1, (double) SIDE / Math.max(image.width(), image.height()));
    RgbImage small =
        image.resize(
            Math.max(1, (int) Math.round(factor * image.width())),
            Math.max(1, (int) Math.round(factor * image.height())));
    BufferedImage buffered =
        new BufferedImage(small.width(), small.height(), BufferedImage.TYPE_INT_RGB);
    byte[] pixels = small.pixels();
    for (int i = 0; i < small.width() * small.height(); i++) {
      int red = pixels[3 * i] & 0xff;
      int green = pixels[3 * i + 1] & 0xff;
      int blue = pixels[3 * i + 2] & 0xff;
      int rgb = (red << 16) | (green << 8) | blue;
      buffered.setRGB(i % small.width(), i / small.width(), rgb);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(buffered, "jpg", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // An array throws none.
    }
    return file.toByteArray();
  }
}
