package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Some of the tokens' features, one after another.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, tokens, count].
 */
public final class FeatureRange extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("first")
  private final int first;

  @JsonProperty("count")
  private final int count;

  /**
   * @param first index of the first, from 0
   * @param count how many
   */
  public FeatureRange(@JsonProperty("first") int first, @JsonProperty("count") int count) {
    this.first = first;
    this.count = count;
  }

  @Override
  protected List<Object> settings() {
    return List.of(first, count);
  }

  @Override
  protected FunctionVertex copy() {
    return new FeatureRange(first, count);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    return graph.slice(inputs[0], new int[] {0, 0, first}, (int) shape[0], (int) shape[1], count);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Slice(2, first, count), nodes.input());
  }
}
