package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The map of tokens that {@link WindowPadding} has put zeros around.
 *
 * <p>Input: [batch, padded², features]. Value: [batch, size², features].
 */
public final class WindowCropping extends WindowFrame {
  private static final long serialVersionUID = 1;

  /**
   * @param size of the map, in tokens
   * @param window height and width of the windows in tokens
   * @param shift by which windows lie further down and right
   */
  public WindowCropping(
      @JsonProperty("size") int size,
      @JsonProperty("window") int window,
      @JsonProperty("shift") int shift) {
    super(size, window, shift);
  }

  @Override
  protected FunctionVertex copy() {
    return new WindowCropping(size, window, shift);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = batch(inputs[0]);
    int features = features(inputs[0]);
    SDVariable padded = inputs[0].reshape(batch, padded(), padded(), features);
    int[] larger = {batch, padded(), padded(), features};
    SDVariable moved = Windows.rolled(graph, padded, larger, shift);
    SDVariable rows = Windows.part(graph, moved, larger, 1, 0, size);
    int[] wide = {batch, size, padded(), features};
    SDVariable map = Windows.part(graph, rows, wide, 2, 0, size);
    int[] shape = {batch, size, size, features};
    return Windows.rolled(graph, map, shape, size - shift)
        .reshape(batch, (long) size * size, features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Gather(1, places()), nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {size * size, 1};
  }
}
