package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
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
public final class LearnedTokens extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  private final int count;

  @JsonProperty("features")
  private final int features;

  /**
   * @param count how many; the input has as many at least
   */
  public LearnedTokens(@JsonProperty("count") int count, @JsonProperty("features") int features) {
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
    int some = nodes.add(new Operation.Slice(1, 0, count), nodes.input());
    int zeros = nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 0, 0), some);
    int tokens = nodes.add(new Operation.Weight(nodes.parameter(WHOLE)));
    return nodes.add(new Operation.Sum(), zeros, tokens);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {count, 1};
  }
}
