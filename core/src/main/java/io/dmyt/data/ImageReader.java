package io.dmyt.data;

import java.nio.file.Path;

/** Makes network input of one file after the other; each worker has its own. */
interface ImageReader extends AutoCloseable {

  /**
   * Decodes a file into network input.
   *
   * @param target [3, size, size], or [size, size, 3] where channels are last
   * @throws BadImageException if the file is no image
   */
  void read(Path file, float[] target);

  @Override
  void close();

  /**
   * The reader of what {@code options} describe.
   *
   * @param edit done to each image before it is resized; null for nothing
   */
  static ImageReader of(LoaderOptions options, ImageEdit edit) {
    ImageDecoder decoder = new ImageDecoder(options.preprocessing());
    return new ImageReader() {
      @Override
      public void read(Path file, float[] target) {
        decoder.decode(file, target, options.channelsLast(), edit);
      }

      @Override
      public void close() {
        decoder.close();
      }
    };
  }
}
