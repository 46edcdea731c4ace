package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The features of several maps of the same tokens, one after another.
 *
 * <p>Inputs: [batch, tokens, features] each. Value: [batch, tokens, all features].
 */
public final class FeatureConcatenation extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  private final int count;

  /**
   * @param count of the inputs
   */
  public FeatureConcatenation(@JsonProperty("count") int count) {
    this.count = count;
  }

  @Override
  protected List<Object> settings() {
    return List.of(count);
  }

  @Override
  protected FunctionVertex copy() {
    return new FeatureConcatenation(count);
  }

  @Override
  protected int inputs() {
    return count;
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return graph.concat(2, inputs);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Concat(2), nodes.inputs());
  }
}
