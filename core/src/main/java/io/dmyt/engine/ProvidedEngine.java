package io.dmyt.engine;

import io.dmyt.internal.Text;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/** An engine that somebody provides. */
record ProvidedEngine(EngineProvider provider, ExecutionOptions options) implements Engine {

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public String title() {
    return provider.title();
  }

  @Override
  public String version() {
    return provider.version();
  }

  @Override
  public ComputationGraph accelerate(ComputationGraph graph) {
    if (graph.getVertices() == null) {
      throw new IllegalArgumentException("the graph is not initialised");
    }
    DataType type = graph.getConfiguration().getDataType();
    if (!provider.supports(type)) {
      throw new IllegalArgumentException(
          Text.format("%s does not run graphs of %s", provider.title(), type));
    }
    return graph instanceof AcceleratedGraph
        ? graph
        : new AcceleratedGraph(graph, provider, options);
  }
}
