package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * So many of the tokens, from one on.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, count, features].
 */
public final class TokenRange extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("first")
  private final int first;

  @JsonProperty("count")
  private final int count;

  /**
   * @param first from 0
   * @param count how many
   */
  public TokenRange(@JsonProperty("first") int first, @JsonProperty("count") int count) {
    this.first = first;
    this.count = count;
  }

  @Override
  protected List<Object> settings() {
    return List.of(first, count);
  }

  @Override
  protected FunctionVertex copy() {
    return new TokenRange(first, count);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return slice(graph, inputs[0], first, count);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Slice(1, first, count), nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {count, 1};
  }
}
