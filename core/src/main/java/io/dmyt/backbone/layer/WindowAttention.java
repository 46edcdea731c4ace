package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
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

  private Windows windows() {
    return new Windows(size, window, shift);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    Windows windows = windows();
    int batch = batch(inputs[0]);
    SDVariable parts = windows.split(graph, inputs[0], batch, 3 * features);
    SDVariable queries = windows.heads(graph, parts, batch, 0, features, heads);
    SDVariable keys = windows.heads(graph, parts, batch, features, features, heads);
    SDVariable values = windows.heads(graph, parts, batch, 2 * features, features, heads);
    SDVariable table = Objects.requireNonNull(parameters.get(WHOLE));
    SDVariable scores =
        graph
            .mmul(queries, keys, false, true, false)
            .mul(1 / Math.sqrt((double) features / heads))
            .add(windows.bias(graph, table, heads));
    SDVariable masked = windows.masked(graph, scores, inputs[0], batch, heads);
    SDVariable attended = graph.mmul(graph.nn().softmax(masked, 3), values).permute(0, 2, 1, 3);
    return windows.join(graph, attended, batch, features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    Windows windows = windows();
    int parts = windows.split(nodes, nodes.input(), 3 * features);
    List<Integer> reads = new ArrayList<>();
    for (int third = 0; third < 3; third++) {
      reads.add(nodes.add(new Operation.Slice(2, (long) third * features, features), parts));
    }
    long positions = (2L * window - 1) * (2L * window - 1);
    int table =
        nodes.add(
            new Operation.Weight(nodes.parameter(WHOLE, shape(heads, positions), shape(1, heads))));
    double scale = 1 / Math.sqrt((double) features / heads);
    return windows.attend(nodes, new Operation.Attention(heads, scale), reads, table, features);
  }

  /**
   * @throws IllegalArgumentException if the map is of another size
   */
  @Override
  public int[] outputSize(int height, int width) {
    windows().requireMap(height, width);
    return new int[] {height, width};
  }

  /** Scores, and the values' means by them. */
  @Override
  public long multiplyAdds(int height, int width) {
    return 2L * height * width * window * window * features;
  }
}
