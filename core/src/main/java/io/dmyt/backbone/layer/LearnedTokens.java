package io.dmyt.backbone.layer;

import io.dmyt.engine.VertexNodes;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Learned tokens, the same for each example. Of the input the batch's size alone counts.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, count, features]. Parameter: [1, count,
 * features].
 */
public final class LearnedTokens extends LearnedTokensVertex {
  private static final long serialVersionUID = 1;

  /**
   * @param count how many; the input has as many at least
   */
  public LearnedTokens(@JsonProperty("count") int count, @JsonProperty("features") int features) {
    super(count, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new LearnedTokens(count, features);
  }

  /** Some of the input times 0, so that the input has a gradient. */
  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = (int) inputs[0].getShape()[0];
    SDVariable some = graph.slice(inputs[0], new int[] {0, 0, 0}, batch, count, features);
    return some.mul(0).add(Objects.requireNonNull(parameters.get(WHOLE)));
  }

  @Override
  public int describe(VertexNodes nodes) {
    return tokens(nodes);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {count, 1};
  }
}
