package io.dmyt.data;

import java.util.Optional;

/** Makes network input of one sample after the other; each worker has its own. */
interface ImageReader extends AutoCloseable {

  /**
   * Reads a sample.
   *
   * @param target [3, size, size], or [size, size, 3] where channels are last
   * @return the sample as it goes into the batch's metadata; nothing if it goes into no batch
   * @throws BadImageException if it is no picture
   */
  Optional<Sample> read(Sample sample, float[] target);

  @Override
  void close();

  /** The reader of what {@code options} and {@code steps} describe. */
  static ImageReader of(LoaderOptions options, LoadingSteps steps) {
    ImageDecoder decoder = new ImageDecoder(options.preprocessing());
    ImageEdit edit = steps.edit().orElse(null);
    return new ImageReader() {
      @Override
      public Optional<Sample> read(Sample sample, float[] target) {
        SampleContent content = ImageDecoder.open(sample);
        Sample opened = sample.opened(content);
        if (!steps.wanted().test(opened)) {
          return Optional.empty();
        }
        decoder.decode(content, sample.id().toString(), target, options.channelsLast(), edit);
        return Optional.of(steps.keepsContent() ? opened : sample);
      }

      @Override
      public void close() {
        decoder.close();
      }
    };
  }
}
