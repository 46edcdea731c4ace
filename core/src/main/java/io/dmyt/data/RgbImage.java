package io.dmyt.data;

import io.dmyt.internal.Text;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** An 8-bit RGB image in memory. */
public final class RgbImage implements SampleContent {
  private final int width;
  private final int height;
  private final byte[] pixels;

  /**
   * @param pixels [height, width, 3], red first, one unsigned byte each; not copied
   * @throws IllegalArgumentException if a side is not positive or the length is not 3 · width ·
   *     height
   */
  public RgbImage(int width, int height, byte[] pixels) {
    if (width < 1 || height < 1 || pixels.length != 3L * width * height) {
      throw new IllegalArgumentException(
          Text.format(
              "An RGB image of %d x %d has %d bytes, found %d",
              width, height, 3L * width * height, pixels.length));
    }
    this.width = width;
    this.height = height;
    this.pixels = pixels;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** [height, width, 3], red first, one unsigned byte each; the image's own array. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * Resizes as PIL does: bilinear, with antialiasing when shrinking.
   *
   * @param newWidth at least 1
   * @param newHeight at least 1
   * @throws IllegalArgumentException if a side is not positive
   */
  public RgbImage resize(int newWidth, int newHeight) {
    return resize(newWidth, newHeight, Interpolation.BILINEAR);
  }

  /**
   * Resizes as PIL does, with antialiasing when shrinking.
   *
   * @param newWidth at least 1
   * @param newHeight at least 1
   * @throws IllegalArgumentException if a side is not positive
   */
  public RgbImage resize(int newWidth, int newHeight, Interpolation interpolation) {
    if (newWidth < 1 || newHeight < 1) {
      throw new IllegalArgumentException(
          Text.format("Can't resize to %d x %d: sides must be at least 1", newWidth, newHeight));
    }
    byte[] resized = new byte[Math.multiplyExact(3 * newWidth, newHeight)];
    new ImageResizer(interpolation)
        .resize(
            ByteBuffer.wrap(pixels),
            width,
            height,
            newWidth,
            newHeight,
            (y, row) -> {
              int at = 3 * newWidth * y;
              for (int value : row) {
                resized[at++] = (byte) value;
              }
            });
    return new RgbImage(newWidth, newHeight, resized);
  }

  @Override
  public void addTo(MessageDigest digest) {
    // Unlike any encoded picture, which begins otherwise.
    digest.update(Text.format("RGB %d %d ", width, height).getBytes(StandardCharsets.US_ASCII));
    digest.update(pixels);
  }

  /** A picture of Java's own image classes, in sRGB; alpha is dropped. */
  public static RgbImage of(BufferedImage picture) {
    int width = picture.getWidth();
    byte[] pixels = new byte[Math.multiplyExact(3 * width, picture.getHeight())];
    int[] row = new int[width];
    for (int y = 0, at = 0; y < picture.getHeight(); y++) {
      picture.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++, at += 3) {
        pixels[at] = (byte) (row[x] >> 16);
        pixels[at + 1] = (byte) (row[x] >> 8);
        pixels[at + 2] = (byte) row[x];
      }
    }
    return new RgbImage(width, picture.getHeight(), pixels);
  }

  /** The same picture for Java's own image classes, of type {@code TYPE_INT_RGB}. */
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[width];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++, at += 3) {
        row[x] = (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
      }
      image.setRGB(0, y, width, 1, row, 0, width);
    }
    return image;
  }
}
