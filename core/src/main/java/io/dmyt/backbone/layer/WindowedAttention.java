package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of a map's tokens within square windows, {@code softmax(scores + B) V}, where B is a
 * bias for each relative position. Windows may be shifted, around the map's edges; tokens that are
 * no neighbours there don't attend to each other.
 *
 * <p>Input: queries, keys and values one after another, [batch, size², 3 · features]. Value:
 * [batch, size², features].
 */
abstract class WindowedAttention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  final int heads;

  @JsonProperty("features")
  final int features;

  @JsonProperty("size")
  final int size;

  @JsonProperty("window")
  final int window;

  @JsonProperty("shift")
  final int shift;

  /**
   * @param features of all heads together
   * @param size of the map, in tokens
   * @param window its height and width in tokens, a divisor of the size
   * @param shift by which windows lie further down and right
   */
  WindowedAttention(int heads, int features, int size, int window, int shift) {
    this.heads = heads;
    this.features = features;
    this.size = size;
    this.window = window;
    this.shift = shift;
  }

  final Windows windows() {
    return new Windows(size, window, shift);
  }

  /**
   * One third of the input.
   *
   * @param third 0 for queries, 1 for keys, 2 for values
   * @param parts all three by window, [batch · windows, window², 3 · features]
   * @return [batch · windows, heads, window², features of a head]
   */
  final SDVariable third(SameDiff graph, int third, SDVariable parts, int batch) {
    return windows().heads(graph, parts, batch, third * features, features, heads);
  }

  /** The same as nodes of an engine's program: queries, keys and values. */
  final List<Integer> thirds(VertexNodes nodes, int parts) {
    List<Integer> thirds = new ArrayList<>();
    for (int third = 0; third < 3; third++) {
      thirds.add(nodes.add(new Operation.Slice(2, (long) third * features, features), parts));
    }
    return thirds;
  }

  /**
   * What tokens attend to.
   *
   * @param scores of queries and keys, [batch · windows, heads, window², window²]
   * @param table the biases of each relative position, [(2 · window − 1)², heads]
   * @param values [batch · windows, heads, window², features of a head]
   * @return [batch, size², features]
   */
  final SDVariable attend(
      SameDiff graph, SDVariable scores, SDVariable table, SDVariable values, int batch) {
    SDVariable biased = scores.add(windows().bias(graph, table, heads));
    SDVariable masked = windows().masked(graph, biased, values, batch, heads);
    SDVariable attended = graph.mmul(graph.nn().softmax(masked, 3), values).permute(0, 2, 1, 3);
    return windows().join(graph, attended, batch, features);
  }

  /**
   * @throws IllegalArgumentException if the map is of another size
   */
  @Override
  public final int[] outputSize(int height, int width) {
    windows().requireMap(height, width);
    return new int[] {height, width};
  }

  /** Scores, and the values' means by them. */
  @Override
  public final long multiplyAdds(int height, int width) {
    return 2L * height * width * window * window * features;
  }
}
