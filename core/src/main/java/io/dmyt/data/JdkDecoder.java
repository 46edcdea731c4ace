package io.dmyt.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import org.w3c.dom.NodeList;

/**
 * BMP, GIF and TIFF, by the JDK's readers; from their samples to RGB as PIL's {@code
 * convert("RGB")} does it: alpha dropped, palettes looked up, of 16-bit colours the low byte
 * dropped, 16-bit greys above 255 white, CMYK converted without a profile. Of several pictures in a
 * file it is the first.
 */
final class JdkDecoder {
  private JdkDecoder() {}

  /**
   * Decodes a picture whose header was checked.
   *
   * @throws BadImageException if it is damaged
   */
  static Pixels decode(ImageFormat format, byte[] data, String name) {
    return JdkReaders.read(
        format.name(),
        data,
        name,
        "damaged " + format,
        reader -> {
          Pixels.checkSize(name, reader.getWidth(0), reader.getHeight(0));
          BufferedImage image = reader.read(0);
          Optional<Conversion> palette =
              format == ImageFormat.TIFF ? tiffPalette(reader) : Optional.empty();
          Pixels pixels = rgb(image, palette, name);
          return format == ImageFormat.GIF ? onScreen(reader, image, pixels, name) : pixels;
        });
  }

  /** A TIFF's palette has 16 bits, of which PIL takes the upper 8, and the JDK others. */
  private static Optional<Conversion> tiffPalette(ImageReader reader) throws IOException {
    TIFFField map =
        TIFFDirectory.createFromMetadata(reader.getImageMetadata(0))
            .getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    if (map == null) {
      return Optional.empty();
    }
    int colours = map.getCount() / 3;
    return Optional.of(
        (s, at) ->
            s[at] < colours
                ? rgb(
                    map.getAsInt(s[at]) >> 8,
                    map.getAsInt(colours + s[at]) >> 8,
                    map.getAsInt(2 * colours + s[at]) >> 8)
                : 0);
  }

  private static Pixels rgb(BufferedImage image, Optional<Conversion> palette, String name) {
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int height = image.getHeight();
    Conversion conversion =
        palette.orElseGet(() -> conversion(image.getColorModel(), raster, name));
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    int bands = raster.getNumBands();
    int[] row = new int[Math.multiplyExact(width, bands)];
    for (int y = 0, to = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int at = 0; at < row.length; at += bands, to += 3) {
        int colour = conversion.rgb(row, at);
        rgb[to] = (byte) (colour >> 16);
        rgb[to + 1] = (byte) (colour >> 8);
        rgb[to + 2] = (byte) colour;
      }
    }
    return new Pixels(ByteBuffer.wrap(rgb), width, height);
  }

  /** The colour 0xRRGGBB of the samples of one pixel. */
  @FunctionalInterface
  private interface Conversion {
    int rgb(int[] samples, int at);
  }

  private static Conversion conversion(ColorModel model, Raster raster, String name) {
    if (model instanceof IndexColorModel palette) {
      return (s, at) -> s[at] < palette.getMapSize() ? palette.getRGB(s[at]) : 0;
    }
    int bands = raster.getNumBands();
    int[] bits = raster.getSampleModel().getSampleSize();
    if (Arrays.stream(bits).anyMatch(b -> b > 16)) {
      throw new BadImageException(name, "samples of more than 16 bits are not read");
    }
    if (model.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
      return (s, at) -> cmyk(s, at);
    }
    if (bands < 3) {
      return (s, at) -> grey(bits[0] == 16 ? Math.min(s[at], 255) : level(s[at], bits[0]));
    }
    if (model.isAlphaPremultiplied() && bands == 4) {
      return (s, at) ->
          rgb(
              divided(s[at], s[at + 3]),
              divided(s[at + 1], s[at + 3]),
              divided(s[at + 2], s[at + 3]));
    }
    return (s, at) ->
        rgb(level(s[at], bits[0]), level(s[at + 1], bits[1]), level(s[at + 2], bits[2]));
  }

  private static int rgb(int red, int green, int blue) {
    return red << 16 | green << 8 | blue;
  }

  private static int grey(int level) {
    return rgb(level, level, level);
  }

  /** A sample as 8 bits. */
  private static int level(int sample, int bits) {
    return bits == 8 ? sample : bits > 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1);
  }

  private static int divided(int sample, int alpha) {
    return alpha == 0 ? 0 : Math.min(255, sample * 255 / alpha);
  }

  private static int cmyk(int[] s, int at) {
    int white = 255 - s[at + 3];
    return rgb(
        white - CmykJpeg.product(s[at], white),
        white - CmykJpeg.product(s[at + 1], white),
        white - CmykJpeg.product(s[at + 2], white));
  }

  /**
   * A GIF's frame where it lies on the screen, which is enlarged to hold it. Around it is the
   * colour that is transparent in the frame, or the palette's first.
   */
  private static Pixels onScreen(ImageReader reader, BufferedImage image, Pixels frame, String name)
      throws IOException {
    IIOMetadata stream = reader.getStreamMetadata();
    IIOMetadata metadata = reader.getImageMetadata(0);
    int left = attribute(metadata, "ImageDescriptor", "imageLeftPosition");
    int top = attribute(metadata, "ImageDescriptor", "imageTopPosition");
    int width =
        Math.max(
            attribute(stream, "LogicalScreenDescriptor", "logicalScreenWidth"),
            left + frame.width());
    int height =
        Math.max(
            attribute(stream, "LogicalScreenDescriptor", "logicalScreenHeight"),
            top + frame.height());
    if (width == frame.width() && height == frame.height()) {
      return frame;
    }
    Pixels.checkSize(name, width, height);
    IndexColorModel palette = (IndexColorModel) image.getColorModel();
    int around = palette.getRGB(Math.max(0, palette.getTransparentPixel()));
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) (around >> 16);
      rgb[i + 1] = (byte) (around >> 8);
      rgb[i + 2] = (byte) around;
    }
    for (int y = 0; y < frame.height(); y++) {
      frame
          .rgb()
          .get(3 * y * frame.width(), rgb, 3 * ((top + y) * width + left), 3 * frame.width());
    }
    return new Pixels(ByteBuffer.wrap(rgb), width, height);
  }

  private static int attribute(IIOMetadata metadata, String element, String attribute) {
    IIOMetadataNode root =
        (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
    NodeList found = root.getElementsByTagName(element);
    return Integer.parseInt(((IIOMetadataNode) found.item(0)).getAttribute(attribute));
  }
}
