package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A learned factor for each feature.
 *
 * <p>Touvron et al., <i>Going Deeper with Image Transformers</i>, ICCV 2021.
 *
 * <p>Input and value: [batch, tokens, features]. Parameter: [features].
 */
public final class LayerScale extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features how many there are
   */
  public LayerScale(@JsonProperty("features") int features) {
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(features);
  }

  @Override
  protected FunctionVertex copy() {
    return new LayerScale(features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].mul(Objects.requireNonNull(parameters.get(WHOLE)).reshape(1, 1, features));
  }

  @Override
  public int describe(VertexNodes nodes) {
    long[] dims = {1, 1, features};
    int factors =
        nodes.add(
            new Operation.Weight(nodes.parameter(WHOLE, dims, new long[] {features, features, 1})));
    return nodes.add(new Operation.Product(), nodes.input(), factors);
  }
}
