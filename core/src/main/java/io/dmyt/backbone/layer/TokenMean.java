package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The tokens' mean.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, features].
 */
public final class TokenMean extends TokenVertex {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new TokenMean();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].mean(1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int turned = nodes.add(new Operation.Permute(List.of(0, 2, 1)), nodes.input());
    int column = nodes.add(new Operation.Reshape(List.of(0L, 0L, -1L, 1L)), turned);
    return nodes.add(new Operation.GlobalPool(Operation.Pooling.AVERAGE, false), column);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {1, 1};
  }
}
