package io.dmyt.engine;

import io.dmyt.engine.Region.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A {@link Region} in the making. */
final class RegionBuilder {
  private final boolean frozen;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Integer> values = new LinkedHashMap<>();
  private final Map<String, Integer> inputs = new LinkedHashMap<>();
  private final Map<Integer, Integer> absorbed = new LinkedHashMap<>();

  /**
   * @param frozen whether its vertices are frozen
   */
  RegionBuilder(boolean frozen) {
    this.frozen = frozen;
  }

  boolean frozen() {
    return frozen;
  }

  /**
   * The node of a vertex's value, be it of this region or from outside, or null if there is none.
   */
  @Nullable Integer node(String vertex) {
    Integer own = values.get(vertex);
    return own == null ? inputs.get(vertex) : own;
  }

  /** A vertex's value from outside. */
  int input(String vertex, boolean learns, int rank) {
    nodes.add(new Node(vertex, new Operation.Input(vertex, learns), List.of(), rank));
    inputs.put(vertex, nodes.size() - 1);
    return nodes.size() - 1;
  }

  /**
   * Adds a node.
   *
   * @throws UnsupportedLayerException if the operation can't read values of these ranks
   */
  int add(String vertex, Operation op, List<Integer> reads) {
    int rank = Shapes.rank(op, reads.stream().map(this::rank).toList());
    nodes.add(new Node(vertex, op, List.copyOf(reads), rank));
    return nodes.size() - 1;
  }

  /**
   * Says that another node does what {@code absorbedNodes} do, as long as nobody wants to see them.
   */
  void absorb(List<Integer> absorbedNodes, int by) {
    absorbedNodes.forEach(node -> absorbed.put(node, by));
  }

  /** Says which node's value is a vertex's. */
  void value(String vertex, int node) {
    values.put(vertex, node);
  }

  /** The number of nodes so far. */
  int size() {
    return nodes.size();
  }

  /** Takes back what was added after there were {@code size} nodes. */
  void rollBack(int size) {
    nodes.subList(size, nodes.size()).clear();
    inputs.values().removeIf(node -> node >= size);
    absorbed.values().removeIf(by -> by >= size);
  }

  Operation op(int node) {
    return nodes.get(node).op();
  }

  int rank(int node) {
    return nodes.get(node).rank();
  }

  List<Integer> inputs(int node) {
    return nodes.get(node).inputs();
  }

  /** A value's channels, or -1 if they are not known before the inputs' shapes are. */
  long channels(int node) {
    Operation op = op(node);
    if (op instanceof Operation.Convolution c) {
      return c.channels();
    }
    if (op instanceof Operation.BatchNorm norm) {
      return norm.gamma().length();
    }
    if (op instanceof Operation.Slice slice && slice.axis() == 1) {
      return slice.size();
    }
    boolean keepsChannels =
        op instanceof Operation.Elementwise
            || op instanceof Operation.Pool
            || op instanceof Operation.ZeroPad
            || op instanceof Operation.Sum
            || op instanceof Operation.Product;
    return keepsChannels ? channels(inputs(node).get(0)) : -1;
  }

  /**
   * @param ends of all the vertices of the region, those that something outside reads
   * @param still parameters that don't learn
   */
  Region build(Function<Set<String>, Set<String>> ends, FrozenParameters still) {
    return new Region(frozen, nodes, values, absorbed, ends.apply(values.keySet()), still);
  }
}
