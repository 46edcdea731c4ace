package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The first two tokens of a distilled transformer side by side, where each has a classifier of its
 * own.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, 2 · features].
 */
public final class LeadingPair extends TokenVertex {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new LeadingPair();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return slice(graph, inputs[0], 0, 2).reshape(batch(inputs[0]), 2 * features(inputs[0]));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int pair = nodes.add(new Operation.Slice(1, 0, 2), nodes.input());
    return nodes.add(new Operation.Reshape(List.of(0L, -1L)), pair);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {1, 1};
  }
}
