package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The Gaussian error linear unit by the error function, {@code x · Φ(x) = x (1 + erf(x / √2)) / 2},
 * as PyTorch has it. (ND4J's are approximations, with the sigmoid or the hyperbolic tangent.)
 *
 * <p>Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, 2016.
 */
public final class Gelu extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new Gelu();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable x = inputs[0];
    return graph.math().erf(x.mul(Math.sqrt(0.5))).add(1).mul(x).mul(0.5);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Elementwise(ElementwiseFunction.GELU), nodes.input());
  }
}
