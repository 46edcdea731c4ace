package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2}, an approximation of GELU.
 *
 * <p>Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, 2016.
 */
public final class TanhGelu extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new TanhGelu();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable x = inputs[0];
    SDVariable inner = graph.math().square(x).mul(0.044715).add(1).mul(x);
    return graph.math().tanh(inner.mul(Math.sqrt(2 / Math.PI))).add(1).mul(x).mul(0.5);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Elementwise(ElementwiseFunction.GELU_TANH), nodes.input());
  }
}
