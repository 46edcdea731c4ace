package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The tokens of one input before those of another.
 *
 * <p>Inputs: [batch, count, features] and [batch, tokens, features]. Value: [batch, count + tokens,
 * features].
 */
public final class LeadingConcatenation extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  private final int count;

  /**
   * @param count of the first input's tokens
   */
  public LeadingConcatenation(@JsonProperty("count") int count) {
    this.count = count;
  }

  @Override
  protected List<Object> settings() {
    return List.of(count);
  }

  @Override
  protected FunctionVertex copy() {
    return new LeadingConcatenation(count);
  }

  @Override
  protected int inputs() {
    return 2;
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return graph.concat(1, inputs);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Concat(1), nodes.inputs());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height + count, 1};
  }
}
