package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of a map's tokens within square windows, with a learned bias for each relative
 * position: {@code softmax(Q Kᵀ / √d + B) V}. Windows may be shifted, around the map's edges;
 * tokens that are no neighbours there don't attend to each other.
 *
 * <p>Liu et al., <i>Swin Transformer: Hierarchical Vision Transformer using Shifted Windows</i>,
 * ICCV 2021.
 *
 * <p>Input: queries, keys and values one after another, [batch, size², 3 · features]. Value:
 * [batch, size², features]. Parameter: the biases [(2 · window − 1)², heads].
 */
public final class WindowAttention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  @JsonProperty("size")
  private final int size;

  @JsonProperty("window")
  private final int window;

  @JsonProperty("shift")
  private final int shift;

  /**
   * @param features of all heads together
   * @param size of the map, in tokens
   * @param window its height and width in tokens, a divisor of the size
   * @param shift by which windows lie further down and right
   */
  public WindowAttention(
      @JsonProperty("heads") int heads,
      @JsonProperty("features") int features,
      @JsonProperty("size") int size,
      @JsonProperty("window") int window,
      @JsonProperty("shift") int shift) {
    this.heads = heads;
    this.features = features;
    this.size = size;
    this.window = window;
    this.shift = shift;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    long positions = 2L * window - 1;
    return shapes(WHOLE, shape(positions * positions, heads));
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features, size, window, shift);
  }

  @Override
  protected FunctionVertex copy() {
    return new WindowAttention(heads, features, size, window, shift);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = (int) inputs[0].getShape()[0];
    int side = size / window;
    int windows = side * side;
    int tokens = window * window;
    SDVariable map = inputs[0].reshape(batch, size, size, 3 * features);
    SDVariable parts =
        rolled(graph, map, batch, 3 * features, shift)
            .reshape(batch, side, window, side, window, 3 * features)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape((long) batch * windows, tokens, 3L * features);
    SDVariable queries = heads(graph, parts, batch * windows, 0);
    SDVariable keys = heads(graph, parts, batch * windows, 1);
    SDVariable values = heads(graph, parts, batch * windows, 2);
    SDVariable scores =
        graph
            .mmul(queries, keys, false, true, false)
            .mul(1 / Math.sqrt((double) features / heads))
            .add(bias(graph, Objects.requireNonNull(parameters.get(WHOLE))));
    if (shift > 0) {
      SDVariable mask =
          graph.constant(
              Nd4j.createFromArray(WindowPositions.mask(size, window, shift))
                  .castTo(inputs[0].dataType())
                  .reshape(1, windows, 1, tokens, tokens));
      scores =
          scores
              .reshape(batch, windows, heads, tokens, tokens)
              .add(mask)
              .reshape((long) batch * windows, heads, tokens, tokens);
    }
    SDVariable attended =
        graph
            .mmul(graph.nn().softmax(scores, 3), values)
            .permute(0, 2, 1, 3)
            .reshape(batch, side, side, window, window, features)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(batch, size, size, features);
    return rolled(graph, attended, batch, features, size - shift)
        .reshape(batch, (long) size * size, features);
  }

  /** The map so many tokens further up and left, around its edges. */
  private SDVariable rolled(SameDiff graph, SDVariable map, int batch, int channels, int by) {
    if (by % size == 0) {
      return map;
    }
    int left = size - by;
    SDVariable rows =
        graph.concat(
            1,
            graph.slice(map, new int[] {0, by, 0, 0}, batch, left, size, channels),
            graph.slice(map, new int[] {0, 0, 0, 0}, batch, by, size, channels));
    return graph.concat(
        2,
        graph.slice(rows, new int[] {0, 0, by, 0}, batch, size, left, channels),
        graph.slice(rows, new int[] {0, 0, 0, 0}, batch, size, by, channels));
  }

  /** A third of the features as [windows, heads, tokens, features of a head]. */
  private SDVariable heads(SameDiff graph, SDVariable parts, int windows, int third) {
    int tokens = window * window;
    return graph
        .slice(parts, new int[] {0, 0, third * features}, windows, tokens, features)
        .reshape(windows, tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
  }

  /**
   * The biases of each pair of tokens, by products that pick their rows and columns from the table.
   * (The gradient of SameDiff's gather takes one of several readers of a row for all.)
   */
  private SDVariable bias(SameDiff graph, SDVariable table) {
    int positions = 2 * window - 1;
    int tokens = window * window;
    double[][] picks = new double[tokens][positions];
    for (int pair = 0; pair < tokens; pair++) {
      picks[pair][pair / window - pair % window + window - 1] = 1;
    }
    SDVariable pick = graph.constant(Nd4j.createFromArray(picks).castTo(table.dataType()));
    SDVariable rows =
        pick.mmul(table.reshape(positions, (long) positions * heads))
            .reshape(tokens, positions, heads)
            .permute(1, 0, 2)
            .reshape(positions, (long) tokens * heads);
    return pick.mmul(rows)
        .reshape(window, window, window, window, heads)
        .permute(4, 2, 0, 3, 1)
        .reshape(1, heads, tokens, tokens);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int[] order = WindowPositions.order(size, window, shift);
    long tokens = (long) window * window;
    int sorted = nodes.add(new Operation.Gather(1, order), nodes.input());
    int windows = nodes.add(new Operation.Reshape(List.of(-1L, tokens, 3L * features)), sorted);
    List<Integer> reads = new ArrayList<>();
    for (int third = 0; third < 3; third++) {
      reads.add(nodes.add(new Operation.Slice(2, (long) third * features, features), windows));
    }
    reads.add(bias(nodes));
    if (shift > 0) {
      double[][][] mask = WindowPositions.mask(size, window, shift);
      double[] values =
          Stream.of(mask).flatMap(Stream::of).flatMapToDouble(DoubleStream::of).toArray();
      reads.add(nodes.add(new Operation.Constant(shape(mask.length, 1, tokens, tokens), values)));
    }
    int attended =
        nodes.add(new Operation.Attention(heads, 1 / Math.sqrt((double) features / heads)), reads);
    int map =
        nodes.add(
            new Operation.Reshape(List.of(-1L, (long) size * size, (long) features)), attended);
    return nodes.add(new Operation.Gather(1, WindowPositions.inverse(order)), map);
  }

  /** The biases of each pair of tokens, [1, heads, tokens, tokens]. */
  private int bias(VertexNodes nodes) {
    long positions = (2L * window - 1) * (2L * window - 1);
    long tokens = (long) window * window;
    int table =
        nodes.add(
            new Operation.Weight(nodes.parameter(WHOLE, shape(heads, positions), shape(1, heads))));
    int[] pairs = Stream.of(WindowPositions.index(window)).flatMapToInt(IntStream::of).toArray();
    int biases = nodes.add(new Operation.Gather(1, pairs), table);
    return nodes.add(new Operation.Reshape(List.of(1L, (long) heads, tokens, tokens)), biases);
  }

  /**
   * @throws IllegalArgumentException if the map is of another size
   */
  @Override
  public int[] outputSize(int height, int width) {
    if ((long) height * width != (long) size * size) {
      throw new IllegalArgumentException(
          Text.format(
              "the network's windows are of a map of %d×%d tokens, an image of this size has %d",
              size, size, (long) height * width));
    }
    return new int[] {height, width};
  }

  /** Scores, and the values' means by them. */
  @Override
  public long multiplyAdds(int height, int width) {
    return 2L * height * width * window * window * features;
  }
}
