package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.function.Consumer;

/**
 * How images are loaded. Start from {@link #training} or {@link #evaluation}.
 *
 * @param preprocessing how pixels become input
 * @param batch images in a batch, at least 1
 * @param workers decoding threads, at least 1; no influence on what is delivered
 * @param prefetch batches made ahead of the reader, at least 1; beyond these, 2 · workers decoded
 *     images are held
 * @param shuffle whether each epoch has an order of its own
 * @param seed of the orders; the same seed and epoch give the same order
 * @param dropLast whether the last, incomplete batch is left out
 * @param badImages what to do about files that can't be decoded
 * @param channelsLast whether the memory of the features is ordered as [batch, size, size, 3]; the
 *     array's shape is [batch, 3, size, size] and its values are the same in either case
 * @param sampler the order of an epoch that is shuffled
 */
public record LoaderOptions(
    Preprocessing preprocessing,
    int batch,
    int workers,
    int prefetch,
    boolean shuffle,
    long seed,
    boolean dropLast,
    BadImages badImages,
    boolean channelsLast,
    Sampler sampler) {

  private static final int DEFAULT_BATCH = 8;
  private static final int DEFAULT_PREFETCH = 3;
  private static final int DEFAULT_BAD_IMAGES = 100;

  /**
   * @throws IllegalArgumentException if a number is below 1, or one batch's values don't fit into
   *     an array
   */
  public LoaderOptions {
    atLeastOne("Batch size", batch);
    atLeastOne("Number of workers", workers);
    atLeastOne("Number of batches to prefetch", prefetch);
    long values = 3L * preprocessing.size() * preprocessing.size() * batch;
    if (values > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          Text.format(
              "A batch of %d images of size %d has %d values, more than an array holds",
              batch, preprocessing.size(), values));
    }
  }

  /** Shuffled with seed 0, full batches only. */
  public static LoaderOptions training(Preprocessing preprocessing) {
    return evaluation(preprocessing).withShuffle(true).withDropLast(true);
  }

  /** Every image once, in the given order. */
  public static LoaderOptions evaluation(Preprocessing preprocessing) {
    return new LoaderOptions(
        preprocessing,
        DEFAULT_BATCH,
        Runtime.getRuntime().availableProcessors(),
        DEFAULT_PREFETCH,
        false,
        0,
        false,
        BadImages.skip(DEFAULT_BAD_IMAGES),
        false,
        Samplers.SHUFFLE);
  }

  /** These options with another batch size. */
  public LoaderOptions withBatch(int value) {
    return with(changed -> changed.batch = value);
  }

  /** These options with another number of decoding threads. */
  public LoaderOptions withWorkers(int value) {
    return with(changed -> changed.workers = value);
  }

  /** These options with another number of batches made ahead. */
  public LoaderOptions withPrefetch(int value) {
    return with(changed -> changed.prefetch = value);
  }

  /** These options with or without shuffling. */
  public LoaderOptions withShuffle(boolean value) {
    return with(changed -> changed.shuffle = value);
  }

  /** These options with another seed for shuffling. */
  public LoaderOptions withSeed(long value) {
    return with(changed -> changed.seed = value);
  }

  /** These options with or without the last, incomplete batch. */
  public LoaderOptions withDropLast(boolean value) {
    return with(changed -> changed.dropLast = value);
  }

  /** These options with another way to treat bad images. */
  public LoaderOptions withBadImages(BadImages value) {
    return with(changed -> changed.badImages = value);
  }

  /** These options with features that lie in memory channels last, or first. */
  public LoaderOptions withChannelsLast(boolean value) {
    return with(changed -> changed.channelsLast = value);
  }

  /** These options with another order of a shuffled epoch. */
  public LoaderOptions withSampler(Sampler value) {
    return with(changed -> changed.sampler = value);
  }

  private LoaderOptions with(Consumer<Changed> change) {
    Changed changed = new Changed(this);
    change.accept(changed);
    return changed.options();
  }

  /** A copy that can be changed. */
  private static final class Changed {
    private final Preprocessing preprocessing;
    private int batch;
    private int workers;
    private int prefetch;
    private boolean shuffle;
    private long seed;
    private boolean dropLast;
    private BadImages badImages;
    private boolean channelsLast;
    private Sampler sampler;

    Changed(LoaderOptions options) {
      preprocessing = options.preprocessing;
      batch = options.batch;
      workers = options.workers;
      prefetch = options.prefetch;
      shuffle = options.shuffle;
      seed = options.seed;
      dropLast = options.dropLast;
      badImages = options.badImages;
      channelsLast = options.channelsLast;
      sampler = options.sampler;
    }

    LoaderOptions options() {
      return new LoaderOptions(
          preprocessing,
          batch,
          workers,
          prefetch,
          shuffle,
          seed,
          dropLast,
          badImages,
          channelsLast,
          sampler);
    }
  }

  private static void atLeastOne(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, was " + value);
    }
  }
}
