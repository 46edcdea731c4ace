package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Detector;
import io.dmyt.data.BadImageException;
import io.dmyt.data.Corruption;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoadedSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleContent;
import io.dmyt.data.SampleId;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes the embeddings of samples, each of which is opened once: what a cache has is taken from
 * there, and of the others the same content is decoded that was looked up.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class Embedder implements Closeable {
  private final Detector detector;
  private final LoaderOptions options;
  private final Optional<EmbeddingCache> cache;
  private final Monitor monitor;

  /** Hears how far the work is. */
  public interface Monitor {
    /** Says nothing. */
    Monitor NONE = new Monitor() {};

    /**
     * Called first.
     *
     * @param task what the embeddings are for, such as "Test images"
     */
    default void started(String task, int samples) {}

    /** Called now and then, by one thread at a time. */
    default void progress(int done) {}

    /** Called last, also after a failure. */
    default void finished() {}

    /**
     * Called after all samples that nothing is done to are embedded.
     *
     * @param bad what could not be read
     * @param cached how many embeddings were computed before
     */
    default void embedded(int samples, List<BadImageException> bad, int cached) {}
  }

  /** Takes embeddings as they come. */
  @FunctionalInterface
  public interface Sink {
    /** Takes none. */
    Sink NONE = (index, sample, embedding) -> {};

    /**
     * Takes one; called by one thread at a time.
     *
     * @param index of the sample in the list: in order where there is no cache
     * @param sample open, so that its content can be used again
     */
    void take(int index, Sample sample, float[] embedding) throws IOException;
  }

  /**
   * @param options how to load samples; they are neither shuffled nor dropped
   * @param cache closed with the embedder
   */
  public Embedder(
      Detector detector, LoaderOptions options, Optional<EmbeddingCache> cache, Monitor monitor) {
    this.detector = Objects.requireNonNull(detector, "detector");
    this.options = options.withShuffle(false).withDropLast(false);
    this.cache = Objects.requireNonNull(cache, "cache");
    this.monitor = Objects.requireNonNull(monitor, "monitor");
  }

  /** Whose embeddings these are. */
  public Detector detector() {
    return detector;
  }

  /**
   * The embeddings of labelled samples, in their order, bad ones left out.
   *
   * @throws ImageDataException if none can be read, or more are bad than may be
   */
  public FeatureSet embed(String task, List<LabelledSample> samples) {
    return embed(task, samples, Optional.empty(), Sink.NONE);
  }

  /**
   * The embeddings of labelled samples, in their order, bad ones left out.
   *
   * @param corruption done to the pictures before they are resized, if any
   * @param sink sees each of them as it comes
   * @throws ImageDataException if none can be read, or more are bad than may be
   */
  public FeatureSet embed(
      String task, List<LabelledSample> samples, Optional<Corruption> corruption, Sink sink) {
    float[][] rows = new float[samples.size()][];
    stream(
        task,
        samples.stream().map(LabelledSample::sample).toList(),
        corruption,
        (index, sample, embedding) -> {
          rows[index] = embedding;
          sink.take(index, sample, embedding);
        });
    List<LabelledSample> present =
        IntStream.range(0, rows.length)
            .filter(i -> rows[i] != null)
            .mapToObj(samples::get)
            .toList();
    require(!present.isEmpty(), "none of the %d images can be read", samples.size());
    return new FeatureSet(
        Nd4j.createFromArray(
            IntStream.range(0, rows.length)
                .filter(i -> rows[i] != null)
                .mapToObj(i -> rows[i])
                .toArray(float[][]::new)),
        present.stream().mapToInt(LabelledSample::label).toArray(),
        present.stream().map(LabelledSample::sample).toList());
  }

  /**
   * Embeds samples one after the other and keeps nothing.
   *
   * @param corruption done to the pictures before they are resized, if any
   * @throws ImageDataException if none can be read, or more are bad than may be
   */
  public void stream(
      String task, List<? extends Sample> samples, Optional<Corruption> corruption, Sink sink) {
    Run run = new Run(samples, corruption.map(Corruption::toString).orElse(""), sink);
    LoadingSteps steps =
        LoadingSteps.PLAIN.withEdit(corruption).withWanted(run::isNew).withKeptContent(true);
    monitor.started(task, samples.size());
    List<BadImageException> bad;
    try (ImageFolderIterator batches =
        ImageFolderIterator.unlabelled(run.indexed(), options, steps)) {
      FeatureSet.eachBatch(
          detector,
          batches,
          FeatureSet.Layer.EMBEDDING,
          (batch, embeddings) -> {
            float[][] rows = embeddings.toFloatMatrix();
            embeddings.close();
            run.computed(LoadedSample.of(batch), rows);
          });
      bad = batches.badImages();
    } finally {
      monitor.finished();
    }
    if (corruption.isEmpty()) {
      monitor.embedded(samples.size(), bad, run.cached);
    }
  }

  /** Closes the cache. */
  @Override
  public void close() throws IOException {
    if (cache.isPresent()) {
      cache.get().close();
    }
  }

  /** A sample and where it stands in the list, which may hold it twice. */
  private record Indexed(Sample sample, int index) implements Sample {
    @Override
    public SampleId id() {
      return sample.id();
    }

    @Override
    public String group() {
      return sample.group();
    }

    @Override
    public OptionalLong size() {
      return sample.size();
    }

    @Override
    public SampleContent open() throws IOException {
      return sample.open();
    }

    /** The content is added, and the place kept. */
    @Override
    public Sample opened(SampleContent content) {
      return new Indexed(sample.opened(content), index);
    }
  }

  /** One pass over samples; workers that load look up what is known already. */
  private final class Run {
    private final List<? extends Sample> samples;
    private final String edit;
    private final Sink sink;
    private final EmbeddingCache.Key[] keys;
    private int cached;
    private int done;

    Run(List<? extends Sample> samples, String edit, Sink sink) {
      this.samples = samples;
      this.edit = edit;
      this.sink = sink;
      keys = new EmbeddingCache.Key[samples.size()];
    }

    List<Sample> indexed() {
      List<Sample> indexed = new ArrayList<>();
      for (Sample sample : samples) {
        indexed.add(new Indexed(sample, indexed.size()));
      }
      return indexed;
    }

    /** Whether an opened sample has to be computed; takes it from the cache if not. */
    boolean isNew(Sample opened) {
      if (cache.isEmpty()) {
        return true;
      }
      Indexed sample = (Indexed) opened;
      EmbeddingCache.Key key = EmbeddingCache.keyOf(content(sample), edit);
      synchronized (this) {
        keys[sample.index] = key;
        Optional<float[]> known = cache.get().get(key);
        known.ifPresent(
            embedding -> {
              cached++;
              take(sample, embedding);
            });
        return known.isEmpty();
      }
    }

    private static SampleContent content(Sample opened) {
      try {
        return opened.open();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // It is open already.
      }
    }

    synchronized void computed(List<Sample> batch, float[][] embeddings) {
      for (int i = 0; i < embeddings.length; i++) {
        Indexed sample = (Indexed) batch.get(i);
        if (cache.isPresent()) {
          cache.get().put(keys[sample.index], embeddings[i]);
        }
        take(sample, embeddings[i]);
      }
    }

    private void take(Indexed sample, float[] embedding) {
      try {
        sink.take(sample.index, sample.sample, embedding);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      monitor.progress(++done);
    }
  }
}
