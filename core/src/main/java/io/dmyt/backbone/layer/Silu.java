package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code x · sigmoid(x)}, of values of any rank.
 *
 * <p>Elfwing, Uchibe and Doya, <i>Sigmoid-Weighted Linear Units for Neural Network Function
 * Approximation in Reinforcement Learning</i>, 2017.
 */
public final class Silu extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new Silu();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable x = inputs[0];
    return graph.nn().sigmoid(x).mul(x);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Elementwise(ElementwiseFunction.SWISH, 1, 0), nodes.input());
  }
}
