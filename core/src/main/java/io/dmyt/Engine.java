package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.Backbones;
import io.dmyt.onednn.OneDnn;
import io.dmyt.onednn.Options;
import java.util.Objects;

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

  /** DL4J's own layers. */
  public static Engine dl4j() {
    return new Engine(Kind.DL4J, Options.DEFAULT);
  }

  /** The backbone running on this engine, sharing everything with the given one. */
  Backbone on(Backbone backbone) {
    return kind == Kind.ONEDNN
        ? Backbones.attach(backbone.spec().name(), OneDnn.accelerate(backbone.graph(), options))
        : backbone;
  }
}
