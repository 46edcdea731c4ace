package io.dmyt.engine;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The engine's memory behind an accelerated graph: its regions, compiled. Knows nothing of the
 * graph, so that it can be freed when that was forgotten.
 */
final class GraphRuntime implements AutoCloseable {
  private final List<RegionRunner> runners;
  private boolean closed;

  GraphRuntime(
      List<Region> regions,
      EngineProvider provider,
      INDArray parameters,
      ExecutionOptions options) {
    runners =
        regions.stream()
            .map(region -> new RegionRunner(region, provider.open(region, parameters, options)))
            .toList();
  }

  /**
   * @throws IllegalStateException after {@link #close}
   */
  synchronized RegionRunner runner(int level) {
    requireOpen();
    return runners.get(level);
  }

  List<RegionRunner> runners() {
    return runners;
  }

  /**
   * @throws IllegalStateException after {@link #close}
   */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the graph's engine is closed");
    }
  }

  /** Twice does no harm. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      runners.forEach(RegionRunner::close);
    }
  }
}
