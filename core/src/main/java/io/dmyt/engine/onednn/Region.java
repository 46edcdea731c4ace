package io.dmyt.engine.onednn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;

/**
 * The part of a graph that the engine runs: every vertex it knows whose inputs it runs too, from
 * the network's inputs on. Shapes are not known yet.
 */
final class Region {

  /**
   * @param vertex the vertex this node belongs to
   * @param inputs indices of the nodes it reads, all smaller than its own
   * @param flat whether DL4J's array of this value has no height and width
   */
  record Node(String vertex, Op op, List<Integer> inputs, boolean flat) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Integer> values = new LinkedHashMap<>();
  private final Map<Integer, Integer> absorbed = new LinkedHashMap<>();
  private final Map<String, String> strangers = new LinkedHashMap<>();

  private Region() {}

  static Region of(ComputationGraph graph) {
    Region region = new Region();
    GraphVertex[] vertices = graph.getVertices();
    LayerReader reader = new LayerReader(region, graph);
    List<String> networkInputs = graph.getConfiguration().getNetworkInputs();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      String name = vertex.getVertexName();
      if (vertex.isInputVertex()) {
        region.values.put(
            name, region.add(name, new Op.Input(networkInputs.indexOf(name)), List.of(), false));
        continue;
      }
      List<Integer> inputs = new ArrayList<>();
      String missing = null;
      for (VertexIndices from : inputsInOrder(vertex)) {
        String source = vertices[from.getVertexIndex()].getVertexName();
        Integer node = region.values.get(source);
        if (node == null) {
          missing = source;
        }
        inputs.add(node);
      }
      if (missing != null) {
        region.strangers.put(name, "reads " + missing);
        continue;
      }
      int size = region.nodes.size();
      String problem = reader.read(vertex, inputs);
      if (problem == null) {
        region.values.put(name, region.nodes.size() - 1);
      } else {
        region.nodes.subList(size, region.nodes.size()).clear();
        region.strangers.put(name, problem);
      }
    }
    return region;
  }

  private static VertexIndices[] inputsInOrder(GraphVertex vertex) {
    VertexIndices[] inputs = vertex.getInputVertices();
    return inputs == null ? new VertexIndices[0] : inputs;
  }

  int add(String vertex, Op op, List<Integer> inputs, boolean flat) {
    nodes.add(new Node(vertex, op, List.copyOf(inputs), flat));
    return nodes.size() - 1;
  }

  /** Says that another node does what {@code nodes} do, as long as nobody wants to see them. */
  void absorb(List<Integer> absorbedNodes, int by) {
    absorbedNodes.forEach(node -> absorbed.put(node, by));
  }

  /** The node that does what each of these would, were it needed. */
  Map<Integer, Integer> absorbed() {
    return Collections.unmodifiableMap(absorbed);
  }

  Op op(int node) {
    return nodes.get(node).op();
  }

  List<Integer> inputs(int node) {
    return nodes.get(node).inputs();
  }

  /** A value's channels, or -1 if they are not known before the inputs' shapes are. */
  long channels(int node) {
    Op op = op(node);
    if (op instanceof Op.Convolution c) {
      return c.channels();
    }
    if (op instanceof Op.Norm norm) {
      return norm.gamma().length();
    }
    if (op instanceof Op.Subset subset) {
      return subset.size();
    }
    return op instanceof Op.Input || op instanceof Op.Concat ? -1 : channels(inputs(node).get(0));
  }

  boolean flat(int node) {
    return nodes.get(node).flat();
  }

  List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** Whether the engine runs this vertex; the network's inputs count as run by both. */
  boolean runs(String vertex) {
    Integer node = values.get(vertex);
    return node != null && !(nodes.get(node).op() instanceof Op.Input);
  }

  /** The node whose value is this vertex's activation. */
  int node(String vertex) {
    return values.get(vertex);
  }

  /** What the engine takes a vertex for. */
  String text(String vertex) {
    StringBuilder text = new StringBuilder();
    for (Node node : nodes) {
      if (node.vertex().equals(vertex)) {
        text.append(text.isEmpty() ? "" : ", ").append(node.op().text());
      }
    }
    return text.toString();
  }

  /** Whether there is nothing to run. */
  boolean empty() {
    return nodes.stream().allMatch(n -> n.op() instanceof Op.Input);
  }

  /** Why DL4J runs a vertex, or null if the engine does. */
  String stranger(String vertex) {
    return strangers.get(vertex);
  }
}
