package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import io.dmyt.Detector;
import io.dmyt.Engine;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Corruption;
import io.dmyt.data.ImageFile;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingCache;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.hub.CacheFolder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Computes embeddings with a cache, and says what came of it. */
final class Embeddings implements AutoCloseable {
  private final Terminal terminal;
  private final DataOptions data;
  private final Detector detector;
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
    this.terminal = terminal;
    this.data = data;
    this.detector = detector;
    this.cache = cache;
    embedder = new Embedder(detector, cache);
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
  FeatureSet of(String task, List<ImageFile> images) {
    return of(task, images, Optional.empty());
  }

  /** The embeddings of labelled images that something was done to. */
  FeatureSet of(String task, List<ImageFile> images, Optional<Corruption> corruption) {
    Embedder.Result result;
    try (ProgressLine progress = new ProgressLine(terminal, task, images.size())) {
      result =
          embedder.embed(images, Images.loader(data, detector.spec()), corruption, progress::at);
    }
    if (corruption.isPresent()) {
      return result.features();
    }
    Images.reportBad(terminal, result.bad());
    if (result.cached() > 0) {
      terminal.say(
          "cache        %d of %d embeddings computed before", result.cached(), images.size());
    }
    return result.features();
  }

  @Override
  public void close() throws IOException {
    if (cache.isPresent()) {
      cache.get().close();
    }
  }
}
