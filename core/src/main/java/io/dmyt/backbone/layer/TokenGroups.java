package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Groups of successive tokens, each as one token with all their features one after another.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, tokens / count, count · features].
 */
public final class TokenGroups extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  private final int count;

  @JsonProperty("features")
  private final int features;

  /**
   * @param count of tokens in a group
   * @param features of each
   */
  public TokenGroups(@JsonProperty("count") int count, @JsonProperty("features") int features) {
    this.count = count;
    this.features = features;
  }

  @Override
  protected List<Object> settings() {
    return List.of(count, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new TokenGroups(count, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].reshape(inputs[0].getShape()[0], -1, (long) count * features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.Reshape(List.of(0L, -1L, (long) count * features)), nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height * width / count, 1};
  }
}
