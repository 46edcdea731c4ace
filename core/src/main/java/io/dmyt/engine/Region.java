package io.dmyt.engine;

import io.dmyt.engine.Operation.Input;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A part of a graph that an engine runs at once: operations on values that come from outside, which
 * are the network's inputs and what DL4J or other regions computed. Shapes are not known yet.
 */
public final class Region {

  /**
   * An operation in its place.
   *
   * @param vertex the graph's vertex that this node belongs to
   * @param inputs indices of the nodes that it reads, all smaller than its own
   * @param rank the number of its value's dimensions
   */
  public record Node(String vertex, Operation op, List<Integer> inputs, int rank) {}

  private final boolean frozen;
  private final List<Node> nodes;
  private final Map<String, Integer> values;
  private final Map<Integer, Integer> absorbed;
  private final Set<String> ends;
  private final FrozenParameters still;

  /**
   * @param frozen whether nobody goes back through it
   * @param values by vertex: the node whose value is the vertex's activation
   * @param absorbed by node: the node that does the same, as long as nobody wants to see it
   * @param ends vertices whose values something outside reads, or that are outputs of the network
   * @param still parameters that don't learn
   */
  Region(
      boolean frozen,
      List<Node> nodes,
      Map<String, Integer> values,
      Map<Integer, Integer> absorbed,
      Set<String> ends,
      FrozenParameters still) {
    this.frozen = frozen;
    this.still = still;
    this.nodes = List.copyOf(nodes);
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    this.absorbed = Collections.unmodifiableMap(new LinkedHashMap<>(absorbed));
    this.ends = Collections.unmodifiableSet(new LinkedHashSet<>(ends));
  }

  /** Whether its vertices are frozen: it is only ever compiled for inference. */
  public boolean frozen() {
    return frozen;
  }

  /** All nodes; each stands behind those that it reads. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Whether a parameter's gradient is of use. */
  public boolean learns(Parameter parameter) {
    return !still.contains(parameter.offset());
  }

  /** Whether an operation has a parameter whose gradient is of use. */
  public boolean learns(Operation op) {
    // Running statistics move by themselves.
    return op instanceof Operation.BatchNorm norm
        ? learns(norm.gamma()) || learns(norm.beta())
        : op.parameters().stream().anyMatch(this::learns);
  }

  /** A node's operation. */
  public Operation op(int node) {
    return nodes.get(node).op();
  }

  /** The nodes that a node reads. */
  public List<Integer> inputs(int node) {
    return nodes.get(node).inputs();
  }

  /** The vertices whose values come from outside. */
  public Set<String> inputs() {
    Set<String> names = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (node.op() instanceof Input input) {
        names.add(input.vertex());
      }
    }
    return names;
  }

  /** The vertices that it runs. */
  public Set<String> vertices() {
    return values.keySet();
  }

  /** The vertices whose values something outside reads, or that are outputs of the network. */
  public Set<String> ends() {
    return ends;
  }

  /** Whether it runs this vertex. */
  public boolean runs(String vertex) {
    return values.containsKey(vertex);
  }

  /** The node whose value is this vertex's activation. */
  public int node(String vertex) {
    return Objects.requireNonNull(values.get(vertex), vertex);
  }

  /**
   * By node: the node that does the same and more. A group's convolution, for example, is absorbed
   * by the convolution in groups that stands for the merged result; it is there all the same, for
   * whoever wants to see the group's own value.
   */
  public Map<Integer, Integer> absorbed() {
    return absorbed;
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
}
