package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import io.dmyt.Detector;
import io.dmyt.Engine;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.output.EmbeddingMonitor;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Corruption;
import io.dmyt.data.LabelledSample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingCache;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.hub.CacheFolder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Computes embeddings with a cache, and says what came of it. */
final class Embeddings implements AutoCloseable {
  private final Optional<EmbeddingCache> cache;
  private final Embedder embedder;

  /** The option of the commands that compute embeddings. */
  static final class Options {
    @Parameter(
        names = "--no-cache",
        description =
            "Compute all embeddings anew (default: take those of images and weights seen before"
                + " from the cache folder, $DMYT_CACHE or the system's)")
    boolean noCache;
  }

  private Embeddings(
      Terminal terminal, DataOptions data, Detector detector, Optional<EmbeddingCache> cache) {
    this.cache = cache;
    embedder =
        new Embedder(
            detector, Images.loader(data, detector.spec()), cache, new EmbeddingMonitor(terminal));
  }

  /** Opens the cache, or says why there is none. */
  static Embeddings open(
      Terminal terminal, DataOptions data, Options options, Detector detector, Engine engine) {
    Optional<EmbeddingCache> cache = Optional.empty();
    if (!options.noCache) {
      try {
        cache =
            Optional.of(
                EmbeddingCache.open(CacheFolder.get().resolve("embeddings"), detector, engine));
      } catch (IOException e) {
        terminal.say("no cache     %s", Main.explain(e));
      }
    }
    return new Embeddings(terminal, data, detector, cache);
  }

  /** The embeddings of labelled images. */
  FeatureSet of(String task, List<LabelledSample> images) {
    return embedder.embed(task, images);
  }

  /** The embeddings of labelled images that something may be done to, which a sink sees too. */
  FeatureSet of(
      String task,
      List<LabelledSample> images,
      Optional<Corruption> corruption,
      Embedder.Sink sink) {
    return embedder.embed(task, images, corruption, sink);
  }

  @Override
  public void close() throws IOException {
    if (cache.isPresent()) {
      cache.get().close();
    }
  }
}
