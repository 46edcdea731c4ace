package io.dmyt.data;

import io.dmyt.internal.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The JDK's own readers of pictures: others on the class path convert colours by themselves. */
final class JdkReaders {
  private JdkReaders() {}

  /** What is done with a reader that has its input. */
  @FunctionalInterface
  interface Use<T> {
    T with(ImageReader reader) throws IOException;
  }

  /**
   * Uses a reader on an encoded picture.
   *
   * @param format of the picture, as the JDK's classes name it: JPEG, BMP, GIF, TIFF
   * @param what the picture is, for the message
   * @throws BadImageException if the reader fails
   */
  static <T> T read(String format, byte[] data, String name, String what, Use<T> use) {
    ImageReader reader = find(format);
    try (MemoryCacheImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      reader.setInput(stream, false, false);
      return use.with(reader);
    } catch (BadImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadImageException(
          name, Text.format("%s that can't be decoded: %s", what, e.getMessage()), e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader find(String format) {
    Iterator<ImageReaderSpi> readers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (readers.hasNext()) {
      ImageReaderSpi spi = readers.next();
      if (spi.getClass().getModule() == ImageIO.class.getModule()
          && spi.getClass().getSimpleName().equals(format + "ImageReaderSpi")) {
        try {
          return spi.createReaderInstance();
        } catch (IOException e) {
          throw new IllegalStateException("The JDK's reader of " + format + " doesn't start", e);
        }
      }
    }
    throw new IllegalStateException("This Java has no reader of " + format + " of its own");
  }
}
