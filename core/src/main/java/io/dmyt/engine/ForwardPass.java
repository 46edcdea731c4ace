package io.dmyt.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A graph's way forward: regions by their engine, and the vertices between them by DL4J. It
 * remembers what it did, for a {@link BackwardPass}.
 */
final class ForwardPass {

  /**
   * What is asked for.
   *
   * @param wanted vertices whose values are to be seen, whoever runs them
   * @param stop the last position of the topological order that runs
   * @param excluded indices of vertices that get their inputs but don't run
   * @param clear whether DL4J's vertices forget their inputs
   */
  record Request(
      boolean training, Set<String> wanted, int stop, Set<Integer> excluded, boolean clear) {}

  /** What a region has to give, and which inputs it needs for that. */
  private record Demand(Set<String> wanted, Set<String> inputs) {}

  /** One thing that was done. */
  sealed interface Step {}

  /** A region was run by its engine. */
  record RegionStep(Region region, CompiledRegion compiled) implements Step {}

  /** A vertex was run by DL4J. */
  record VertexStep(GraphVertex vertex) implements Step {}

  private final ComputationGraph graph;
  private final GraphProgram program;
  private final GraphRuntime runtime;
  private final Request request;
  private final LayerWorkspaceMgr workspaces;
  private final Map<String, INDArray> values = new LinkedHashMap<>();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Map<Integer, Demand> demands = new HashMap<>();

  ForwardPass(
      ComputationGraph graph,
      GraphProgram program,
      GraphRuntime runtime,
      Request request,
      LayerWorkspaceMgr workspaces) {
    this.graph = graph;
    this.program = program;
    this.runtime = runtime;
    this.request = request;
    this.workspaces = workspaces;
  }

  /**
   * Runs.
   *
   * @param features the network's inputs
   * @return the values of the wanted vertices, of those that something outside a region needed, and
   *     of all that DL4J ran; or null if the graph's only region can't be run with these shapes
   */
  @Nullable Map<String, INDArray> run(INDArray[] features) {
    List<GraphVertex> vertices = upToStop();
    findDemands(vertices);
    for (GraphVertex vertex : vertices) {
      if (vertex.isInputVertex()) {
        values.put(vertex.getVertexName(), features[vertex.getVertexIndex()]);
      }
    }
    for (int level = GraphProgram.INPUTS; level < program.regions().size(); level++) {
      boolean byDl4j = level >= 0 && !runRegion(level);
      if (byDl4j && program.regions().size() == 1) {
        return null;
      }
      for (GraphVertex vertex : vertices) {
        String name = vertex.getVertexName();
        if (!vertex.isInputVertex()
            && program.level(name) == level
            && (byDl4j || !program.accelerated(name))) {
          runVertex(vertex);
        }
      }
    }
    return values;
  }

  private List<GraphVertex> upToStop() {
    return Arrays.stream(graph.topologicalSortOrder(), 0, request.stop() + 1)
        .mapToObj(index -> graph.getVertices()[index])
        .toList();
  }

  /** Finds, from the last level to the first, which values each region has to give. */
  private void findDemands(List<GraphVertex> vertices) {
    Set<String> needed = new HashSet<>(request.wanted());
    boolean back = request.training() && request.stop() == graph.topologicalSortOrder().length - 1;
    for (GraphVertex vertex : vertices) {
      if (!vertex.isInputVertex() && !program.accelerated(vertex.getVertexName())) {
        needed.addAll(sources(vertex));
      }
    }
    for (int level = program.regions().size() - 1; level >= 0; level--) {
      Region region = program.regions().get(level);
      Set<String> wanted = new HashSet<>(needed);
      wanted.retainAll(region.vertices());
      if (back) {
        wanted.addAll(region.ends());
      }
      Set<String> inputs = new Liveness(region, wanted).inputs();
      demands.put(level, new Demand(Set.copyOf(wanted), inputs));
      needed.addAll(inputs);
    }
  }

  /**
   * Runs a region outside of all workspaces.
   *
   * @return whether the engine could
   */
  @SuppressWarnings("try")
  private boolean runRegion(int level) {
    Demand demand = Objects.requireNonNull(demands.get(level));
    if (demand.wanted().isEmpty()) {
      return true;
    }
    RegionRunner runner = runtime.runner(level);
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (String name : demand.inputs()) {
      INDArray value =
          rowMajor(
              Objects.requireNonNull(values.get(name), name),
              graph.getConfiguration().getDataType());
      inputs.put(name, value);
      shapes.put(name, Arrays.stream(value.shape()).boxed().toList());
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      CompiledRegion compiled = runner.compiled(request.training(), shapes, demand.wanted());
      if (compiled == null) {
        return false;
      }
      values.putAll(compiled.forward(inputs));
      steps.push(new RegionStep(runner.region(), compiled));
      return true;
    }
  }

  /** An array as engines read it. */
  @SuppressWarnings("try")
  static INDArray rowMajor(INDArray array, DataType type) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray typed = array.castTo(type);
      return typed.ordering() == 'c' && Shape.hasDefaultStridesForShape(typed)
          ? typed
          : typed.dup('c');
    }
  }

  @SuppressWarnings("try")
  private void runVertex(GraphVertex vertex) {
    List<String> sources = sources(vertex);
    if (!values.keySet().containsAll(sources)) {
      // A vertex of a region that nobody needs: only of what is needed all inputs are there.
      return;
    }
    try (MemoryWorkspace working = workspaces.notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
      for (int i = 0; i < sources.size(); i++) {
        vertex.setInput(i, values.get(sources.get(i)), workspaces);
      }
      if (!request.excluded().contains(vertex.getVertexIndex())) {
        values.put(vertex.getVertexName(), vertex.doForward(request.training(), workspaces));
        if (request.clear()) {
          vertex.clear();
        }
      }
    }
    steps.push(new VertexStep(vertex));
  }

  private List<String> sources(GraphVertex vertex) {
    VertexIndices[] sources = vertex.getInputVertices();
    return sources == null
        ? List.of()
        : Arrays.stream(sources)
            .map(from -> graph.getVertices()[from.getVertexIndex()].getVertexName())
            .toList();
  }

  /** What was done, the last thing first. */
  Iterable<Step> stepsBackwards() {
    return steps;
  }
}
