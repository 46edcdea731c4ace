package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Puts learned tokens, such as the class token, before all others.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, count + tokens, features]. Parameter: [1,
 * count, features].
 */
public final class LeadingTokens extends LearnedTokensVertex {
  private static final long serialVersionUID = 1;

  /**
   * @param count how many
   */
  public LeadingTokens(@JsonProperty("count") int count, @JsonProperty("features") int features) {
    super(count, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new LeadingTokens(count, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long batch = inputs[0].getShape()[0];
    SDVariable zeros = graph.constant(Nd4j.zeros(inputs[0].dataType(), batch, count, features));
    return graph.concat(1, zeros.add(Objects.requireNonNull(parameters.get(WHOLE))), inputs[0]);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Concat(1), tokens(nodes), nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height + count, width};
  }
}
