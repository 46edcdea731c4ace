package io.dmyt.engine;

import io.dmyt.engine.ForwardPass.RegionStep;
import io.dmyt.engine.ForwardPass.Step;
import io.dmyt.engine.ForwardPass.VertexStep;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A graph's way back, along what a {@link ForwardPass} did. */
final class BackwardPass {
  private final ComputationGraph graph;
  private final GraphProgram program;
  private final INDArray @Nullable [] labels;
  private final INDArray @Nullable [] external;
  private final LayerWorkspaceMgr workspaces;
  private final GradientViews views;
  private final Map<String, INDArray> epsilons = new HashMap<>();
  private final Map<Integer, Gradient> ofVertices = new HashMap<>();

  /**
   * @param labels of the output layers; null if there are none
   * @param external the gradients of the outputs, or null if output layers know them
   */
  BackwardPass(
      ComputationGraph graph,
      GraphProgram program,
      INDArray @Nullable [] labels,
      INDArray @Nullable [] external,
      LayerWorkspaceMgr workspaces,
      GradientViews views) {
    this.graph = graph;
    this.program = program;
    this.labels = labels;
    this.external = external;
    this.workspaces = workspaces;
    this.views = views;
  }

  /**
   * Goes back, and fills the graph's flat gradients.
   *
   * @return the same by the parameters' names
   */
  Gradient run(ForwardPass forward, boolean truncated, INDArray flattenedGradients) {
    for (Step step : forward.stepsBackwards()) {
      if (step instanceof RegionStep region) {
        throughRegion(region, flattenedGradients);
      } else if (step instanceof VertexStep vertex) {
        throughVertex(vertex.vertex(), truncated);
      }
    }
    return named(flattenedGradients);
  }

  @SuppressWarnings("try")
  private void throughRegion(RegionStep step, INDArray flattenedGradients) {
    if (step.region().frozen()) {
      return;
    }
    Map<String, INDArray> atEnds = new HashMap<>();
    for (String end : step.region().ends()) {
      GraphVertex vertex = graph.getVertex(end);
      if (vertex.isOutputVertex()) {
        prepareOutput(vertex);
      }
      INDArray epsilon = epsilons.get(end);
      if (epsilon != null) {
        atEnds.put(end, ForwardPass.rowMajor(epsilon, graph.getConfiguration().getDataType()));
      }
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      step.compiled().backward(atEnds, flattenedGradients).forEach(this::add);
    }
    for (String name : step.region().vertices()) {
      GraphVertex vertex = graph.getVertex(name);
      if (vertex.numParams() > 0 && Freezing.passing(vertex)) {
        vertex.getLayer().getGradientsViewArray().assign(0);
      }
    }
  }

  @SuppressWarnings("try")
  private void throughVertex(GraphVertex vertex, boolean truncated) {
    String name = vertex.getVertexName();
    if (Freezing.frozen(vertex)) {
      return;
    }
    if (vertex.isOutputVertex()) {
      prepareOutput(vertex);
    } else if (!program.learns(name)) {
      return;
    }
    try (MemoryWorkspace working = workspaces.notifyScopeEntered(ArrayType.BP_WORKING_MEM)) {
      vertex.setEpsilon(epsilons.get(name));
      Pair<Gradient, INDArray[]> pair = vertex.doBackward(truncated, workspaces);
      VertexIndices[] inputs = vertex.getInputVertices();
      for (int i = 0; inputs != null && i < inputs.length; i++) {
        INDArray part = pair.getSecond()[i];
        if (part != null) {
          add(graph.getVertices()[inputs[i].getVertexIndex()].getVertexName(), part);
        }
      }
      if (pair.getFirst() != null) {
        ofVertices.put(vertex.getVertexIndex(), pair.getFirst());
      }
    }
  }

  private void add(String vertex, INDArray part) {
    epsilons.merge(vertex, part, INDArray::add);
  }

  /** Gives labels to an output layer, or the gradient from outside to any other output. */
  private void prepareOutput(GraphVertex vertex) {
    String name = vertex.getVertexName();
    int number = graph.getConfiguration().getNetworkOutputs().indexOf(name);
    Layer layer = vertex.getLayer();
    if (layer instanceof FrozenLayerWithBackprop wrapper) {
      layer = wrapper.getInsideLayer();
    }
    if (layer instanceof IOutputLayer output) {
      if (external != null) {
        throw new IllegalStateException(
            "output layer \"" + name + "\" has labels, but a gradient was given from outside");
      }
      output.setLabels(Objects.requireNonNull(labels, "labels")[number]);
    } else if (external == null) {
      throw new DL4JException("output \"" + name + "\" is not an output layer and got no gradient");
    } else {
      add(name, external[number]);
    }
  }

  private Map<String, INDArray> named(GraphVertex vertex, INDArray flattenedGradients) {
    if (vertex.hasLayer()) {
      return views.of(vertex.getLayer());
    }
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    vertex
        .paramTable(true)
        .forEach((key, values) -> gradients.put(key, alongside(values, flattenedGradients)));
    return gradients;
  }

  /** The part of the flat gradients that lies there as a parameter in the flat parameters. */
  private INDArray alongside(INDArray values, INDArray flattenedGradients) {
    return Nd4j.create(
        flattenedGradients.data(),
        values.shape(),
        values.stride(),
        flattenedGradients.offset() + values.offset() - graph.params().offset(),
        values.ordering());
  }

  private Gradient named(INDArray flattenedGradients) {
    Gradient all = new DefaultGradient(flattenedGradients);
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      String prefix = vertex.getVertexName() + "_";
      Gradient own = ofVertices.get(index);
      if (own != null) {
        own.gradientForVariable()
            .forEach(
                (key, array) ->
                    all.setGradientFor(prefix + key, array, own.flatteningOrderForVariable(key)));
      } else if (program.accelerated(vertex.getVertexName())
          && vertex.numParams() > 0
          && !Freezing.frozen(vertex)
          && !Freezing.passing(vertex)) {
        named(vertex, flattenedGradients)
            .forEach((key, array) -> all.setGradientFor(prefix + key, array));
      }
    }
    return all;
  }
}
