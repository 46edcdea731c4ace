package io.dmyt.engine.onednn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The vertices of a graph that its region does not run: DL4J's own, which lie behind it. */
final class FallbackVertices {

  /**
   * What has come back from the outputs.
   *
   * @param gradients of the parameters, by the vertices' indices
   * @param atEnds the gradients of the values of the region's ends, where there are any
   */
  record Errors(Map<Integer, Gradient> gradients, Map<String, INDArray> atEnds) {}

  private final ComputationGraph graph;
  private final Region region;
  private final GraphVertex[] vertices;
  private final int[] order;
  private final Set<String> ends = new HashSet<>();

  /**
   * @param graph initialised
   */
  FallbackVertices(ComputationGraph graph, Region region) {
    this.graph = graph;
    this.region = region;
    this.vertices = graph.getVertices();
    this.order = graph.topologicalSortOrder();
    for (GraphVertex vertex : vertices) {
      if (!stranger(vertex)
          && (vertex.isOutputVertex() || readers(vertex).anyMatch(this::stranger))) {
        ends.add(vertex.getVertexName());
      }
    }
  }

  /** The vertices of the region that strangers read, or that are outputs. */
  Set<String> ends() {
    return ends;
  }

  /** The ends that strangers up to a position of the topological order read. */
  Set<String> reads(int stop) {
    Set<String> read = new HashSet<>(ends);
    read.removeIf(
        end ->
            readers(graph.getVertex(end))
                .noneMatch(r -> stranger(r) && position(r.getVertexIndex()) <= stop));
    return read;
  }

  /** A vertex's position in the topological order. */
  int position(int vertexIndex) {
    for (int i = 0; i < order.length; i++) {
      if (order[i] == vertexIndex) {
        return i;
      }
    }
    throw new IllegalArgumentException("no vertex has index " + vertexIndex);
  }

  private boolean stranger(GraphVertex vertex) {
    return !region.runs(vertex.getVertexName());
  }

  private Stream<GraphVertex> readers(GraphVertex vertex) {
    VertexIndices[] readers = vertex.getOutputVertices();
    return readers == null
        ? Stream.empty()
        : Arrays.stream(readers).map(reader -> vertices[reader.getVertexIndex()]);
  }

  /**
   * Runs them up to a position of the topological order.
   *
   * @param left indices of vertices that don't run
   * @param values of the region's ends; those of the network's inputs and of the strangers come in
   */
  @SuppressWarnings("try")
  void forward(
      boolean train,
      int stop,
      Set<Integer> left,
      INDArray[] features,
      Map<String, INDArray> values,
      boolean clear,
      LayerWorkspaceMgr manager) {
    for (int i = 0; i <= stop; i++) {
      GraphVertex current = vertices[order[i]];
      String name = current.getVertexName();
      if (left.contains(current.getVertexIndex())) {
        continue;
      }
      try (MemoryWorkspace working = manager.notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
        if (current.isInputVertex()) {
          values.put(name, features[current.getVertexIndex()]);
        } else if (stranger(current)) {
          values.put(name, current.doForward(train, manager));
        }
        pass(current, values.get(name), manager);
        if (clear) {
          current.clear();
        }
      }
    }
  }

  /** Gives a vertex's value to the strangers that read it. */
  private void pass(GraphVertex from, INDArray value, LayerWorkspaceMgr manager) {
    VertexIndices[] readers = from.getOutputVertices();
    if (value == null || readers == null) {
      return;
    }
    for (VertexIndices to : readers) {
      GraphVertex reader = vertices[to.getVertexIndex()];
      if (stranger(reader)) {
        reader.setInput(to.getVertexEdgeNumber(), value, manager);
      }
    }
  }

  /**
   * Goes back through them.
   *
   * @param labels of the output layers
   * @param external the gradients of the outputs, or null if output layers know them
   */
  @SuppressWarnings("try")
  Errors backward(
      INDArray[] labels, INDArray[] external, boolean truncatedBPTT, LayerWorkspaceMgr manager) {
    Map<Integer, Gradient> gradients = new HashMap<>();
    Map<Integer, INDArray> epsilons = new HashMap<>();
    for (int i = order.length - 1; i >= 0; i--) {
      GraphVertex current = vertices[order[i]];
      int index = current.getVertexIndex();
      if (current.isInputVertex() || frozen(current)) {
        continue;
      }
      if (current.isOutputVertex()) {
        prepareOutput(current, labels, external, epsilons);
      }
      if (!stranger(current)) {
        continue;
      }
      try (MemoryWorkspace working = manager.notifyScopeEntered(ArrayType.BP_WORKING_MEM)) {
        current.setEpsilon(epsilons.get(index));
        Pair<Gradient, INDArray[]> pair = current.doBackward(truncatedBPTT, manager);
        VertexIndices[] inputs = current.getInputVertices();
        for (int j = 0; inputs != null && j < inputs.length; j++) {
          INDArray part = pair.getSecond()[j];
          if (part != null) {
            epsilons.merge(inputs[j].getVertexIndex(), part, INDArray::add);
          }
        }
        if (pair.getFirst() != null) {
          gradients.put(index, pair.getFirst());
        }
      }
    }
    Map<String, INDArray> atEnds = new HashMap<>();
    for (String end : ends) {
      INDArray epsilon = epsilons.get(graph.getVertex(end).getVertexIndex());
      if (epsilon != null) {
        atEnds.put(end, epsilon);
      }
    }
    return new Errors(gradients, atEnds);
  }

  private static boolean frozen(GraphVertex vertex) {
    return (vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer)
        || vertex instanceof FrozenVertex;
  }

  /** Gives labels to an output layer, or the gradient from outside to any other output. */
  private void prepareOutput(
      GraphVertex vertex, INDArray[] labels, INDArray[] external, Map<Integer, INDArray> epsilons) {
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
      output.setLabels(labels[number]);
    } else if (external == null) {
      throw new DL4JException("output \"" + name + "\" is no output layer and got no gradient");
    } else {
      epsilons.merge(vertex.getVertexIndex(), external[number], INDArray::add);
    }
  }
}
