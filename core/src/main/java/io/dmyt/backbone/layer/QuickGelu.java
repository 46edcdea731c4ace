package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code x · sigmoid(1.702 x)}, an approximation of GELU that OpenAI's CLIP was trained with.
 *
 * <p>Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, 2016.
 */
public final class QuickGelu extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;
  private static final double SLOPE = 1.702;

  @Override
  protected FunctionVertex copy() {
    return new QuickGelu();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable x = inputs[0];
    return graph.nn().sigmoid(x.mul(SLOPE)).mul(x);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Elementwise(ElementwiseFunction.SWISH, SLOPE, 0), nodes.input());
  }
}
