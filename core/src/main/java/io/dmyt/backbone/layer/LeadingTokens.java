package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
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
public final class LeadingTokens extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  private final int count;

  @JsonProperty("features")
  private final int features;

  /**
   * @param count how many
   */
  public LeadingTokens(@JsonProperty("count") int count, @JsonProperty("features") int features) {
    this.count = count;
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1, count, features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(count, features);
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

  /** The batch's size is not known yet: 0 times some of the tokens have it. */
  @Override
  public int describe(VertexNodes nodes) {
    int some = nodes.add(new Operation.Slice(1, 0, count), nodes.input());
    int zeros = nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 0, 0), some);
    int tokens = nodes.add(new Operation.Weight(nodes.parameter(WHOLE)));
    int spread = nodes.add(new Operation.Sum(), zeros, tokens);
    return nodes.add(new Operation.Concat(1), spread, nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height + count, width};
  }
}
