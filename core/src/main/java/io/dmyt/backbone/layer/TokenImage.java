package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Tokens as the pixels of a feature map, row by row.
 *
 * <p>Input: [batch, height · width, channels]. Value: [batch, channels, height, width].
 */
public final class TokenImage extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("height")
  private final int height;

  @JsonProperty("width")
  private final int width;

  /**
   * @param height in pixels
   * @param width in pixels
   */
  public TokenImage(@JsonProperty("height") int height, @JsonProperty("width") int width) {
    this.height = height;
    this.width = width;
  }

  @Override
  protected List<Object> settings() {
    return List.of(height, width);
  }

  @Override
  protected FunctionVertex copy() {
    return new TokenImage(height, width);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    return inputs[0].permute(0, 2, 1).reshape(shape[0], shape[2], height, width);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int turned = nodes.add(new Operation.Permute(List.of(0, 2, 1)), nodes.input());
    return nodes.add(new Operation.Reshape(List.of(0L, 0L, (long) height, (long) width)), turned);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {this.height, this.width};
  }
}
