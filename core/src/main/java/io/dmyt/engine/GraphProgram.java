package io.dmyt.engine;

import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.jspecify.annotations.Nullable;

/**
 * What a DL4J graph computes, as far as an engine can run it: regions, and between them the
 * fallback vertices, which DL4J runs.
 *
 * <p>Each vertex has a <i>level</i>: the number of times that the longest way to it from the
 * network's inputs leads out of the engine and into it again. The vertices of one level that the
 * engine runs are one region. So no region can wait for a fallback vertex that waits for the
 * region, and the graph is run level by level: the region, then the level's fallback vertices.
 *
 * <p>A region is all frozen or not at all: a frozen one always runs as in inference.
 */
final class GraphProgram {
  /** Of the network's inputs, and of fallback vertices that read nothing but them. */
  static final int INPUTS = -1;

  private final ComputationGraph graph;
  private final EngineProvider provider;
  private final FrozenParameters still;
  private final List<VertexReader> readers;
  private final Ranks ranks;
  private final Map<String, Integer> levels = new LinkedHashMap<>();
  private final Map<String, String> fallbacks = new LinkedHashMap<>();
  private final Set<String> learning = new LinkedHashSet<>();
  private final List<RegionBuilder> builders = new ArrayList<>();
  private final List<Region> regions = new ArrayList<>();

  private GraphProgram(ComputationGraph graph, EngineProvider provider, FrozenParameters still) {
    this.graph = graph;
    this.provider = provider;
    this.still = still;
    this.ranks = new Ranks(graph);
    this.readers =
        Stream.concat(
                ServiceLoader.load(VertexReader.class).stream().map(ServiceLoader.Provider::get),
                Dl4jLayers.readers().stream())
            .toList();
  }

  /**
   * Reads a graph.
   *
   * @param graph initialised
   * @param provider of the engine that is to run it
   * @param still parameters that don't learn
   */
  static GraphProgram of(ComputationGraph graph, EngineProvider provider, FrozenParameters still) {
    GraphProgram program = new GraphProgram(graph, provider, still);
    for (int index : graph.topologicalSortOrder()) {
      program.read(graph.getVertices()[index]);
    }
    for (RegionBuilder builder : program.builders) {
      program.regions.add(builder.build(program::ends, still));
    }
    return program;
  }

  private void read(GraphVertex vertex) {
    String name = vertex.getVertexName();
    if (vertex.isInputVertex()) {
      levels.put(name, INPUTS);
      return;
    }
    int level = INPUTS;
    int regionLevel = 0;
    boolean frozen = Freezing.frozen(vertex);
    boolean learns = vertex.numParams() > 0 && !Freezing.passing(vertex) && !isStill(vertex);
    for (GraphVertex source : sources(vertex)) {
      String from = source.getVertexName();
      level = Math.max(level, level(from));
      boolean neighbours = accelerated(from) && builder(from).frozen() == frozen;
      regionLevel = Math.max(regionLevel, level(from) + (neighbours ? 0 : 1));
      learns |= learning.contains(from);
    }
    if (learns && !frozen) {
      learning.add(name);
    }
    while (regionLevel < builders.size() && builders.get(regionLevel).frozen() != frozen) {
      regionLevel++;
    }
    RegionBuilder region =
        regionLevel < builders.size() ? builders.get(regionLevel) : new RegionBuilder(frozen);
    int size = region.size();
    try {
      region.value(name, read(vertex, region));
      levels.put(name, regionLevel);
      if (regionLevel == builders.size()) {
        builders.add(region);
      }
    } catch (UnsupportedLayerException e) {
      region.rollBack(size);
      levels.put(name, level);
      fallbacks.put(name, e.getMessage());
    }
  }

  private boolean isStill(GraphVertex vertex) {
    long bytes = Address.of(vertex.params()) - Address.of(graph.params());
    return still.covers(bytes / graph.params().dataType().width(), vertex.numParams());
  }

  private int read(GraphVertex vertex, RegionBuilder region) {
    List<Integer> inputs = new ArrayList<>();
    for (GraphVertex source : sources(vertex)) {
      String name = source.getVertexName();
      Integer node = region.node(name);
      inputs.add(node == null ? region.input(name, learning.contains(name), rank(source)) : node);
    }
    Object configuration = configuration(vertex);
    VertexNodes nodes = new VertexNodes(vertex, region, inputs, provider, graph.params());
    if (configuration instanceof SelfDescribing layer) {
      return layer.describe(nodes);
    }
    for (VertexReader reader : readers) {
      if (reader.reads(configuration)) {
        return reader.read(configuration, nodes);
      }
    }
    throw new UnsupportedLayerException("is a " + configuration.getClass().getSimpleName());
  }

  private Object configuration(GraphVertex vertex) {
    org.deeplearning4j.nn.conf.graph.GraphVertex configuration =
        Freezing.unwrapped(
            Objects.requireNonNull(
                graph.getConfiguration().getVertices().get(vertex.getVertexName())));
    if (!(configuration instanceof LayerVertex layered)) {
      return configuration;
    }
    if (layered.getPreProcessor() != null) {
      throw new UnsupportedLayerException("has a preprocessor");
    }
    return Freezing.unwrapped(layered.getLayerConf().getLayer());
  }

  private RegionBuilder builder(String vertex) {
    return builders.get(level(vertex));
  }

  /** The rank of a value from outside a region: known if another region computes it. */
  private int rank(GraphVertex source) {
    String name = source.getVertexName();
    if (accelerated(name)) {
      return builder(name).rank(Objects.requireNonNull(builder(name).node(name), name));
    }
    return ranks.of(source);
  }

  private List<GraphVertex> sources(GraphVertex vertex) {
    return Stream.of(orNone(vertex.getInputVertices()))
        .map(from -> graph.getVertices()[from.getVertexIndex()])
        .toList();
  }

  private static VertexIndices[] orNone(VertexIndices[] vertices) {
    return vertices == null ? new VertexIndices[0] : vertices;
  }

  private Set<String> ends(Set<String> vertices) {
    Set<String> ends = new LinkedHashSet<>();
    for (String name : vertices) {
      GraphVertex vertex = graph.getVertex(name);
      if (vertex.isOutputVertex()
          || Stream.of(orNone(vertex.getOutputVertices()))
              .map(reader -> graph.getVertices()[reader.getVertexIndex()].getVertexName())
              .anyMatch(reader -> !vertices.contains(reader))) {
        ends.add(name);
      }
    }
    return ends;
  }

  /** The regions; the index of each is its level. */
  List<Region> regions() {
    return regions;
  }

  /** Whether a region runs this vertex. */
  boolean accelerated(String vertex) {
    return level(vertex) != INPUTS && !fallbacks.containsKey(vertex);
  }

  /** The region that runs a vertex, or null. */
  @Nullable Region region(String vertex) {
    return accelerated(vertex) ? regions.get(level(vertex)) : null;
  }

  int level(String vertex) {
    return Objects.requireNonNull(levels.get(vertex), vertex);
  }

  /** Why DL4J runs a vertex, or null if a region does. */
  @Nullable String fallbackReason(String vertex) {
    return fallbacks.get(vertex);
  }

  /** Whether parameters of a vertex or of one that it depends on learn. */
  boolean learns(String vertex) {
    return learning.contains(vertex);
  }
}
