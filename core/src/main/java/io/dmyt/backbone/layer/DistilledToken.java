package io.dmyt.backbone.layer;

import io.dmyt.engine.UnsupportedLayerException;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Of a distilled transformer the first token, which stands for the class, in training; in inference
 * its mean with the second one, which stands for what the teacher said. That is how timm's forward
 * pass has it.
 *
 * <p>Touvron et al., <i>Training Data-Efficient Image Transformers &amp; Distillation through
 * Attention</i>, ICML 2021.
 *
 * <p>Input: [batch, tokens, features]. Value: [batch, features].
 */
public final class DistilledToken extends TokenVertex {
  private static final long serialVersionUID = 1;

  @Override
  protected FunctionVertex copy() {
    return new DistilledToken();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return slice(graph, inputs[0], 0, 1).reshape(batch(inputs[0]), features(inputs[0]));
  }

  @Override
  protected SDVariable defineInference(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return slice(graph, inputs[0], 0, 2).mean(1);
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {1, 1};
  }

  @Override
  public int describe(VertexNodes nodes) {
    throw new UnsupportedLayerException("is another function in training than in inference");
  }
}
