package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
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
public final class WindowAttention extends WindowedAttention {
  private static final long serialVersionUID = 1;

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
    super(heads, features, size, window, shift);
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
    int batch = batch(inputs[0]);
    SDVariable parts = windows().split(graph, inputs[0], batch, 3 * features);
    SDVariable scores =
        graph
            .mmul(third(graph, 0, parts, batch), third(graph, 1, parts, batch), false, true, false)
            .mul(1 / Math.sqrt((double) features / heads));
    SDVariable table = Objects.requireNonNull(parameters.get(WHOLE));
    return attend(graph, scores, table, third(graph, 2, parts, batch), batch);
  }

  @Override
  public int describe(VertexNodes nodes) {
    Windows windows = windows();
    int parts = windows.split(nodes, nodes.input(), 3 * features);
    long positions = (2L * window - 1) * (2L * window - 1);
    int table =
        nodes.add(
            new Operation.Weight(nodes.parameter(WHOLE, shape(heads, positions), shape(1, heads))));
    double scale = 1 / Math.sqrt((double) features / heads);
    return windows.attend(
        nodes, new Operation.Attention(heads, scale), thirds(nodes, parts), table, features);
  }
}
