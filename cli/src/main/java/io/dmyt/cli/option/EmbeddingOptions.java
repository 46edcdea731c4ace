package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.Detector;
import io.dmyt.cli.output.EmbeddingMonitor;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engine;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingCache;
import io.dmyt.hub.CacheFolder;
import io.dmyt.internal.Reason;
import java.io.IOException;
import java.util.Optional;

/** The option of the commands that compute embeddings. */
public final class EmbeddingOptions {
  @Parameter(
      names = "--no-cache",
      description =
          "Compute all embeddings anew (default: reuse those of the same images and weights"
              + " from the cache folder, $DMYT_CACHE or the system's)")
  boolean noCache;

  /** What computes a detector's embeddings and says what came of it. */
  public Embedder embedder(Detector detector, Engine engine, DataOptions data, Terminal terminal) {
    return new Embedder(
        detector,
        data.loader(detector.spec()),
        cache(detector, engine, terminal),
        new EmbeddingMonitor(terminal));
  }

  /** Opens the cache, or says why there is none. */
  private Optional<EmbeddingCache> cache(Detector detector, Engine engine, Terminal terminal) {
    if (noCache) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          EmbeddingCache.open(CacheFolder.get().resolve("embeddings"), detector, engine));
    } catch (IOException e) {
      terminal.say("no cache     %s", Reason.of(e));
      return Optional.empty();
    }
  }
}
