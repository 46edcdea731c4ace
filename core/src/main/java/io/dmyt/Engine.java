package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.engine.onednn.OneDnn;
import io.dmyt.engine.onednn.Options;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * What executes a detector's network.
 *
 * @param kind oneDNN beneath DL4J's graph, or DL4J's own layers
 * @param options of oneDNN; DL4J's layers take no heed of them
 */
public record Engine(Kind kind, Options options) {

  /** The engines there are. */
  public enum Kind {
    /** Much the faster one, on CPUs that it has a native library for. */
    ONEDNN,
    /** DL4J's own layers, on whatever backend ND4J has. */
    DL4J
  }

  public Engine {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(options, "options");
  }

  /** oneDNN where it is available, DL4J's own layers elsewhere. */
  public static Engine best() {
    return new Engine(OneDnn.available() ? Kind.ONEDNN : Kind.DL4J, Options.DEFAULT);
  }

  /**
   * Looks for {@link #best} meanwhile: in a process that has not yet used ND4J this loads it, which
   * takes a second. The thread is no pool's, so that ND4J looks for its backend with the caller's
   * context class loader.
   *
   * @return waits for it, and throws what looking for it threw
   */
  static Supplier<Engine> bestMeanwhile() {
    FutureTask<Engine> search = new FutureTask<>(Engine::best);
    Thread thread = new Thread(search, "dmyt-engine");
    thread.setDaemon(true);
    thread.start();
    return () -> {
      try {
        return search.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return best();
      }
    };
  }

  /** DL4J's own layers. */
  public static Engine dl4j() {
    return new Engine(Kind.DL4J, Options.DEFAULT);
  }

  /** The backbone running on this engine, sharing everything with the given one. */
  Backbone on(Backbone backbone) {
    return kind == Kind.ONEDNN
        ? backbone.on(OneDnn.accelerate(backbone.graph(), options))
        : backbone;
  }
}
