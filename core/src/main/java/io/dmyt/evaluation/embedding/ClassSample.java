package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.data.LabelledSample;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws a bounded number of samples of each class, as the SVM is fitted on. */
public final class ClassSample {
  /** How many training embeddings of a class the reference fits its SVM on. */
  public static final int DEFAULT_PER_CLASS = 1_000;

  /** What draws them unless something else is asked for. */
  public static final long DEFAULT_SEED = 42;

  private ClassSample() {}

  /**
   * Draws up to {@code perClass} samples of each class, uniformly and without replacement. Which
   * ones depends on the seed and the labels' order alone.
   *
   * @param labels the class index of each sample
   * @param perClass how many of a class at most, at least 1
   * @return the drawn samples' indices, ascending
   * @throws IllegalArgumentException if {@code perClass} is below 1
   */
  public static int[] indices(int[] labels, int perClass, long seed) {
    require(perClass >= 1, "at least 1 sample per class is needed, asked for %d", perClass);
    return Arrays.stream(labels)
        .distinct()
        .mapToObj(label -> draw(labels, label, perClass, seed))
        .flatMapToInt(Arrays::stream)
        .sorted()
        .toArray();
  }

  /** The samples drawn of labelled ones, in their order. */
  public static List<LabelledSample> of(List<LabelledSample> samples, int perClass, long seed) {
    int[] labels = samples.stream().mapToInt(LabelledSample::label).toArray();
    return Arrays.stream(indices(labels, perClass, seed)).mapToObj(samples::get).toList();
  }

  /** A partial Fisher-Yates shuffle of the class's samples. */
  private static int[] draw(int[] labels, int label, int perClass, long seed) {
    int[] samples = IntStream.range(0, labels.length).filter(i -> labels[i] == label).toArray();
    if (samples.length <= perClass) {
      return samples;
    }
    // A stream of its own, so that one class's size doesn't change what is drawn of another.
    SplittableRandom random = new SplittableRandom(seed ^ (0x9E3779B97F4A7C15L * (label + 1L)));
    for (int i = 0; i < perClass; i++) {
      int j = random.nextInt(i, samples.length);
      int drawn = samples[j];
      samples[j] = samples[i];
      samples[i] = drawn;
    }
    return Arrays.copyOf(samples, perClass);
  }
}
