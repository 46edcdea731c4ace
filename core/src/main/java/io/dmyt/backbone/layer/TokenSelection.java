package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One of the tokens.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, features].
 */
public final class TokenSelection extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("index")
  private final int index;

  /**
   * @param index which, from 0
   */
  public TokenSelection(@JsonProperty("index") int index) {
    this.index = index;
  }

  @Override
  protected List<Object> settings() {
    return List.of(index);
  }

  @Override
  protected FunctionVertex copy() {
    return new TokenSelection(index);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return slice(graph, inputs[0], index, 1).reshape(batch(inputs[0]), features(inputs[0]));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int token = nodes.add(new Operation.Slice(1, index, 1), nodes.input());
    return nodes.add(new Operation.Reshape(List.of(0L, -1L)), token);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {1, 1};
  }
}
