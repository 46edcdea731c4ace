package io.dmyt.backbone.layer;

import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a dense layer without biases reads to be the mean of two with biases: half of their inputs,
 * and behind these ½ for each one's biases, which are the last two rows of its weights.
 *
 * <p>Input: [batch, 2 · features], both inputs one after the other. Value: [batch, 2 · features +
 * 2].
 */
public final class HeadsInput extends FunctionVertex {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new HeadsInput();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = {inputs[0].getShape()[0], 2};
    SDVariable halves = graph.constant(Nd4j.valueArrayOf(shape, 0.5, inputs[0].dataType()));
    return graph.concat(1, inputs[0].mul(0.5), halves);
  }
}
