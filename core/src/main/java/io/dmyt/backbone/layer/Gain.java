package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Multiplies images by one learned number.
 *
 * <p>De and Smith, <i>Batch Normalization Biases Residual Blocks Towards the Identity Function in
 * Deep Networks</i> (SkipInit), NeurIPS 2020.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameter: [1].
 */
public final class Gain extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1));
  }

  @Override
  protected List<Object> settings() {
    return List.of();
  }

  @Override
  protected FunctionVertex copy() {
    return new Gain();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].mul(Objects.requireNonNull(parameters.get(WHOLE)).reshape(1, 1, 1, 1));
  }

  @Override
  public int describe(VertexNodes nodes) {
    long[] ones = {1, 1, 1, 1};
    int gain = nodes.add(new Operation.Weight(nodes.parameter(WHOLE, ones, ones)));
    return nodes.add(new Operation.Product(), nodes.input(), gain);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
