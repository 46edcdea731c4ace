package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A map of tokens with tokens of zeros below and on the right, so many that square windows fill it;
 * shifted windows have them below and on the right of the shifted map.
 *
 * <p>Input: [batch, size², features]. Value: [batch, padded², features], where padded is the next
 * multiple of the window from the size on.
 */
public final class WindowPadding extends WindowFrame {
  private static final long serialVersionUID = 1;

  /**
   * @param size of the map, in tokens
   * @param window height and width of the windows in tokens
   * @param shift by which windows lie further down and right
   */
  public WindowPadding(
      @JsonProperty("size") int size,
      @JsonProperty("window") int window,
      @JsonProperty("shift") int shift) {
    super(size, window, shift);
  }

  @Override
  protected FunctionVertex copy() {
    return new WindowPadding(size, window, shift);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = batch(inputs[0]);
    int features = features(inputs[0]);
    int more = padded() - size;
    DataType type = inputs[0].dataType();
    int[] shape = {batch, size, size, features};
    SDVariable map =
        Windows.rolled(graph, inputs[0].reshape(batch, size, size, features), shape, shift);
    SDVariable below = graph.constant(Nd4j.zeros(type, batch, more, size, features));
    SDVariable right = graph.constant(Nd4j.zeros(type, batch, padded(), more, features));
    SDVariable wide = graph.concat(2, graph.concat(1, map, below), right);
    int[] larger = {batch, padded(), padded(), features};
    return Windows.rolled(graph, wide, larger, padded() - shift)
        .reshape(batch, (long) padded() * padded(), features);
  }

  /** One token of zeros is put behind all others, and taken wherever one is needed. */
  @Override
  public int describe(VertexNodes nodes) {
    int tokens = nodes.add(new Operation.Concat(1), nodes.input(), noToken(nodes, nodes.input()));
    int[] entries = new int[padded() * padded()];
    Arrays.fill(entries, size * size);
    int[] places = places();
    for (int i = 0; i < places.length; i++) {
      entries[places[i]] = i;
    }
    return nodes.add(new Operation.Gather(1, entries), tokens);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {padded() * padded(), 1};
  }
}
