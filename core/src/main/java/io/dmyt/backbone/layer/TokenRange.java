package io.dmyt.backbone.layer;

import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Some of the tokens, one after another.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, count, features].
 */
public final class TokenRange extends AxisRange {
  private static final long serialVersionUID = 1;

  /**
   * @param first index of the first, from 0
   * @param count how many
   */
  public TokenRange(@JsonProperty("first") int first, @JsonProperty("count") int count) {
    super(first, count);
  }

  @Override
  int axis() {
    return 1;
  }

  @Override
  protected FunctionVertex copy() {
    return new TokenRange(first, count);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {count, 1};
  }
}
