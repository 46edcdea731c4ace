package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Half of the features as gates of the others: {@code SiLU(x₁) ⊙ x₂}.
 *
 * <p>Shazeer, <i>GLU Variants Improve Transformer</i>, 2020.
 *
 * <p>Input: gates' and values' features one after another, [batch, tokens, 2 · features]. Value:
 * [batch, tokens, features].
 */
public final class SwiGlu extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of the value
   */
  public SwiGlu(@JsonProperty("features") int features) {
    this.features = features;
  }

  @Override
  protected List<Object> settings() {
    return List.of(features);
  }

  @Override
  protected FunctionVertex copy() {
    return new SwiGlu(features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable gates = half(graph, inputs[0], 0);
    return graph.nn().sigmoid(gates).mul(gates).mul(half(graph, inputs[0], features));
  }

  private SDVariable half(SameDiff graph, SDVariable input, int first) {
    long[] shape = input.getShape();
    return graph.slice(input, new int[] {0, 0, first}, (int) shape[0], (int) shape[1], features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int gates = nodes.add(new Operation.Slice(2, 0, features), nodes.input());
    int values = nodes.add(new Operation.Slice(2, features, features), nodes.input());
    int opened = nodes.add(new Operation.Elementwise(ElementwiseFunction.SWISH, 1, 0), gates);
    return nodes.add(new Operation.Product(), opened, values);
  }
}
