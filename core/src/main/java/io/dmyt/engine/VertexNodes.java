package io.dmyt.engine;

import io.dmyt.internal.Address;
import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Takes the nodes that compute one vertex's value, and knows what they may read. */
public final class VertexNodes {
  private final GraphVertex vertex;
  private final RegionBuilder region;
  private final List<Integer> inputs;
  private final EngineProvider provider;
  private final INDArray parameters;

  /**
   * @param inputs the nodes whose values the vertex reads
   * @param parameters all of the network's
   */
  VertexNodes(
      GraphVertex vertex,
      RegionBuilder region,
      List<Integer> inputs,
      EngineProvider provider,
      INDArray parameters) {
    this.vertex = vertex;
    this.region = region;
    this.inputs = inputs;
    this.provider = provider;
    this.parameters = parameters;
  }

  /** The vertex's name. */
  public String name() {
    return vertex.getVertexName();
  }

  /** The nodes whose values the vertex reads, in its order. */
  public List<Integer> inputs() {
    return inputs;
  }

  /** The first of {@link #inputs}. */
  public int input() {
    return inputs.get(0);
  }

  /** The number of dimensions of a node's value. */
  public int rank(int node) {
    return region.rank(node);
  }

  /**
   * Adds a node.
   *
   * @param reads the nodes that it reads: the vertex's inputs, or such as were added before
   * @return the new node
   * @throws UnsupportedLayerException if the operation can't read values of these ranks, or the
   *     engine does not have it
   */
  public int add(Operation op, int... reads) {
    return add(op, Arrays.stream(reads).boxed().toList());
  }

  /** Adds a node, as {@link #add(Operation, int...)} does. */
  public int add(Operation op, List<Integer> reads) {
    int node = region.add(name(), op, reads);
    if (!provider.runs(op, region.rank(node))) {
      throw new UnsupportedLayerException(
          Text.format(
              "is a %s of rank %d, which %s does not run",
              op.text(), region.rank(node), provider.title()));
    }
    return node;
  }

  /**
   * One of the vertex's parameters as DL4J has it.
   *
   * @param key DL4J's name of it, e.g. {@code W}
   */
  public Parameter parameter(String key) {
    INDArray values = values(key);
    return parameter(key, values.shape(), values.stride());
  }

  /**
   * One of the vertex's parameters under other dimensions.
   *
   * @param key DL4J's name of it, e.g. {@code W}
   * @param dims as many elements as the parameter has
   * @param strides elements between neighbours in these dimensions
   * @throws IllegalStateException if the parameter has another number of elements
   */
  public Parameter parameter(String key, long[] dims, long[] strides) {
    INDArray values = values(key);
    long bytes = Address.of(values) - Address.of(parameters);
    Parameter p = new Parameter(bytes / parameters.dataType().width(), dims, strides);
    if (p.length() != values.length()) {
      throw new IllegalStateException(
          Text.format(
              "%s of %s has %d values, not %s",
              key, name(), values.length(), Arrays.toString(dims)));
    }
    return p;
  }

  /** One of the vertex's parameters as a vector. */
  public Parameter vector(String key) {
    return parameter(key, new long[] {values(key).length()}, new long[] {1});
  }

  private INDArray values(String key) {
    return Objects.requireNonNull(
        vertex.hasLayer() ? vertex.getLayer().getParam(key) : vertex.paramTable(false).get(key),
        key);
  }

  /** The node of the convolution in groups that merging the inputs amounts to, or -1. */
  int group() {
    Grouping grouping = new Grouping(region);
    Operation.Convolution grouped = grouping.of(inputs);
    if (grouped == null) {
      return -1;
    }
    int node = add(grouped, grouping.source(inputs.get(0)));
    region.absorb(inputs, node);
    region.absorb(inputs.stream().map(g -> region.inputs(g).get(0)).toList(), node);
    return node;
  }
}
