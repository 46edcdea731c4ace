package io.dmyt.backbone.layer;

import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Some of the tokens' features, one after another.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, tokens, count].
 */
public final class FeatureRange extends AxisRange {
  private static final long serialVersionUID = 1;

  /**
   * @param first index of the first, from 0
   * @param count how many
   */
  public FeatureRange(@JsonProperty("first") int first, @JsonProperty("count") int count) {
    super(first, count);
  }

  @Override
  int axis() {
    return 2;
  }

  @Override
  protected FunctionVertex copy() {
    return new FeatureRange(first, count);
  }
}
