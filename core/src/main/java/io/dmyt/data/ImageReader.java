package io.dmyt.data;

import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

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

  /**
   * Reads a labelled sample, which an augmentation may give another label.
   *
   * @param draw what decides on random changes
   */
  default Optional<LabelledSample> read(LabelledSample sample, long draw, float[] target) {
    return read(sample.sample(), target).map(read -> new LabelledSample(read, sample.label()));
  }

  @Override
  void close();

  /** The reader of what {@code options} and {@code steps} describe. */
  static ImageReader of(LoaderOptions options, LoadingSteps steps) {
    ImageDecoder decoder = new ImageDecoder(options.preprocessing());
    ImageEdit edit = steps.edit().orElse(null);
    return new ImageReader() {
      @Override
      public Optional<Sample> read(Sample sample, float[] target) {
        return read(sample, target, edit);
      }

      @Override
      public Optional<LabelledSample> read(LabelledSample sample, long draw, float[] target) {
        Augmentation augmentation = steps.augmentation().orElse(null);
        if (augmentation == null) {
          return ImageReader.super.read(sample, draw, target);
        }
        int[] label = {sample.label()};
        ImageEdit both =
            image -> {
              RgbImage edited = edit == null ? image : edit.apply(image);
              Augmentation.Augmented changed =
                  augmentation.apply(sample, edited, new SplittableRandom(draw));
              label[0] = changed.label();
              return changed.image();
            };
        return read(sample.sample(), target, both).map(read -> new LabelledSample(read, label[0]));
      }

      private Optional<Sample> read(Sample sample, float[] target, @Nullable ImageEdit edit) {
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
