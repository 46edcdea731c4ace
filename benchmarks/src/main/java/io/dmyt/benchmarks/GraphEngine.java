package io.dmyt.benchmarks;

import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** What can run a DL4J graph. */
public enum GraphEngine {
  /** DL4J's own layers. */
  DL4J(null),
  /** oneDNN under them, in single precision. */
  ONEDNN(Precision.F32),
  /** oneDNN under them, in bfloat16; refused where the CPU has no instructions for it. */
  ONEDNN_BF16(Precision.BF16);

  private final @Nullable Precision precision;

  GraphEngine(@Nullable Precision precision) {
    this.precision = precision;
  }

  /** The graph to run in place of a stock one; 0 threads means ND4J's own number. */
  ComputationGraph open(ComputationGraph stock, int threads) {
    return precision == null
        ? stock
        : Engines.named("onednn", new ExecutionOptions(precision, threads, false, null))
            .accelerate(stock);
  }

  /** Frees what {@link #open} made beside the stock graph. */
  void close(ComputationGraph graph) {
    Engines.release(graph);
  }

  /** What the table says of it. */
  String describe() {
    return switch (this) {
      case DL4J -> "Deeplearning4j's own layers, f32";
      case ONEDNN -> "oneDNN under Deeplearning4j, f32";
      case ONEDNN_BF16 -> "oneDNN under Deeplearning4j, bf16";
    };
  }
}
