package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A feature map's pixels as tokens, row by row.
 *
 * <p>Input: [batch, channels, height, width]. Value: [batch, height · width, channels].
 */
public final class PixelTokens extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new PixelTokens();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    return inputs[0].reshape(shape[0], shape[1], shape[2] * shape[3]).permute(0, 2, 1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int flat = nodes.add(new Operation.Reshape(List.of(0L, 0L, -1L)), nodes.input());
    return nodes.add(new Operation.Permute(List.of(0, 2, 1)), flat);
  }

  /** Tokens count as the height. */
  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height * width, 1};
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
