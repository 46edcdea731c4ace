package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layer normalisation over the last dimension: {@code γ (x − mean) / √(variance + ε) + β}.
 *
 * <p>Ba, Kiros and Hinton, <i>Layer Normalization</i>, 2016.
 *
 * <p>Input and value: [batch, …, features]. Parameters: {@code weight} γ and {@code bias} β, both
 * [features].
 */
public final class LayerNormalization extends FunctionVertex
    implements SelfDescribing, Normalization {
  private static final long serialVersionUID = 1;

  @JsonProperty("features")
  private final int features;

  @JsonProperty("eps")
  private final double eps;

  /**
   * @param eps ε, added to the variance
   */
  public LayerNormalization(
      @JsonProperty("features") int features, @JsonProperty("eps") double eps) {
    this.features = features;
    this.eps = eps;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(features), "bias", shape(features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(features, eps);
  }

  @Override
  protected FunctionVertex copy() {
    return new LayerNormalization(features, eps);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    // SameDiff's gradient of a mean over the second dimension is wrong where the first is 1.
    SDVariable rows = inputs[0].reshape(1, -1, features);
    SDVariable deviation = rows.sub(rows.mean(true, 2));
    SDVariable variance = graph.math().square(deviation).mean(true, 2);
    return deviation
        .div(graph.math().sqrt(variance.add(eps)))
        .mul(row(parameters, "weight"))
        .add(row(parameters, "bias"))
        .reshape(shape);
  }

  private SDVariable row(Map<String, SDVariable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name)).reshape(1, 1, features);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.LayerNorm(nodes.vector("weight"), nodes.vector("bias"), eps), nodes.input());
  }
}
