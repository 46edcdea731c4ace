package io.dmyt;

import io.dmyt.data.BadImageException;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoadedSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Sample;
import io.dmyt.internal.NativeGarbage;
import java.io.IOException;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Scores any number of samples, in batches that are decoded ahead, each sample opened once. What
 * can't be read is told and left out.
 */
public final class Predictor {
  private final Detector detector;
  private final LoaderOptions options;

  /** Takes what is said of the samples, in their order. */
  public interface Output {
    /**
     * Takes a batch.
     *
     * @param samples open, if that was asked for
     * @param images the same decoded, [B, 3, size, size]; freed after the call
     * @param predictions one per sample
     */
    void batch(List<Sample> samples, INDArray images, List<Prediction> predictions)
        throws IOException;

    /** Takes a sample that is no image, or can't be read. */
    void bad(BadImageException sample) throws IOException;

    /** Called after all samples. */
    default void end() throws IOException {}
  }

  /**
   * What it came to.
   *
   * @param scored how many samples were scored
   * @param fakes how many of them are fake
   * @param bad the samples that could not be read
   */
  public record Summary(int scored, int fakes, List<BadImageException> bad) {
    public Summary {
      bad = List.copyOf(bad);
    }
  }

  /**
   * @param options how to load samples; they are neither shuffled nor dropped, and any number of
   *     them may be bad
   */
  public Predictor(Detector detector, LoaderOptions options) {
    this.detector = detector;
    this.options =
        options
            .withShuffle(false)
            .withDropLast(false)
            .withBadImages(BadImages.skip(Integer.MAX_VALUE));
  }

  /**
   * Scores samples.
   *
   * @param keepContent whether the output gets open samples, to use what was read again
   * @throws IOException if the output throws it
   * @throws IllegalStateException if the detector {@link Detector#hasVerdict has no verdict}
   */
  public Summary predict(List<? extends Sample> samples, boolean keepContent, Output output)
      throws IOException {
    int scored = 0;
    int fakes = 0;
    int told = 0;
    NativeGarbage garbage = new NativeGarbage();
    try (ImageFolderIterator batches =
        ImageFolderIterator.unlabelled(
            samples, options, LoadingSteps.PLAIN.withKeptContent(keepContent))) {
      // That every sample is bad is no failure here: the iterator would throw it.
      while (batches.hasNext() && batches.badImages().size() < samples.size()) {
        DataSet batch = batches.next();
        List<Sample> loaded = LoadedSample.of(batch);
        List<Prediction> predictions = detector.predict(loaded, batch.getFeatures());
        told = tell(batches.badImages(), told, output);
        output.batch(loaded, batch.getFeatures(), predictions);
        batches.free(batch);
        garbage.batchDone();
        scored += predictions.size();
        fakes += (int) predictions.stream().filter(Prediction::fake).count();
      }
      tell(batches.badImages(), told, output);
      output.end();
      return new Summary(scored, fakes, batches.badImages());
    }
  }

  /** Tells of those that are new; returns how many are known now. */
  private static int tell(List<BadImageException> bad, int told, Output output) throws IOException {
    for (BadImageException sample : bad.subList(told, bad.size())) {
      output.bad(sample);
    }
    return bad.size();
  }
}
