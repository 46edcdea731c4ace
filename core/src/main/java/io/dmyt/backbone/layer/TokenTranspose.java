package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Features as tokens, and tokens as features.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, features, tokens].
 */
public final class TokenTranspose extends TokenVertex {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new TokenTranspose();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].permute(0, 2, 1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Permute(List.of(0, 2, 1)), nodes.input());
  }
}
