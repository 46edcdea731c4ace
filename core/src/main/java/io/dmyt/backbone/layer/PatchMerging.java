package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Each square of four tokens of a map as one: the features of the upper left, the lower left, the
 * upper right and the lower right token one after another.
 *
 * <p>Input: [batch, size², features]. Value: [batch, size² / 4, 4 · features].
 */
public final class PatchMerging extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("size")
  private final int size;

  @JsonProperty("features")
  private final int features;

  /**
   * @param size of the map, in tokens, even
   */
  public PatchMerging(@JsonProperty("size") int size, @JsonProperty("features") int features) {
    this.size = size;
    this.features = features;
  }

  @Override
  protected List<Object> settings() {
    return List.of(size, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new PatchMerging(size, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long batch = inputs[0].getShape()[0];
    int half = size / 2;
    return inputs[0]
        .reshape(batch, half, 2, half, 2, features)
        .permute(0, 1, 3, 4, 2, 5)
        .reshape(batch, (long) half * half, 4L * features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int half = size / 2;
    int[] order = new int[size * size];
    for (int i = 0; i < order.length; i++) {
      int row = i / 4 / half * 2 + i % 2;
      int column = i / 4 % half * 2 + i / 2 % 2;
      order[i] = row * size + column;
    }
    int squares = nodes.add(new Operation.Gather(1, order), nodes.input());
    return nodes.add(
        new Operation.Reshape(List.of(0L, (long) half * half, 4L * features)), squares);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height * width / 4, 1};
  }
}
