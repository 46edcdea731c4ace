package io.dmyt.evaluation.report;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Images small enough for a page. */
public final class Thumbnails {
  /** The longer side. */
  private static final int SIDE = 192;

  private static final double QUALITY = 0.75;

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
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      Pictures.writeJpeg(small.toBufferedImage(), QUALITY, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // An array throws none.
    }
    return file.toByteArray();
  }
}
