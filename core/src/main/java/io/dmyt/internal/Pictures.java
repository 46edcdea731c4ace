package io.dmyt.internal;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Java's pictures as files. */
public final class Pictures {
  private Pictures() {}

  /** Writes a picture as PNG; makes missing folders. */
  public static void writePng(BufferedImage picture, Path file) throws IOException {
    AtomicFile.write(file, out -> writePng(picture, out));
  }

  /** Writes a picture as PNG. */
  public static void writePng(BufferedImage picture, OutputStream out) throws IOException {
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(picture, "png", stream)) {
        throw new IOException("this Java has no PNG writer for such a picture");
      }
    }
  }

  /**
   * Writes a picture as JPEG, with chroma at half the resolution.
   *
   * @param picture without transparency
   * @param quality from 0 to 1
   */
  public static void writeJpeg(BufferedImage picture, double quality, OutputStream out)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality((float) quality);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(picture, null, null), parameters);
    } finally {
      writer.dispose();
    }
  }
}
