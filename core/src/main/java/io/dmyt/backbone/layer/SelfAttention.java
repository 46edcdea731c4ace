package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Scaled dot-product attention in heads, each of an equal share of the features: {@code softmax(Q
 * Kᵀ / √d) V}, where d is a head's features.
 *
 * <p>Vaswani et al., <i>Attention Is All You Need</i>, NeurIPS 2017.
 *
 * <p>Input: queries, keys and values one after another, [batch, tokens, 3 · features]. Value:
 * [batch, tokens, features].
 */
public final class SelfAttention extends AttentionVertex {
  private static final long serialVersionUID = 1;

  /**
   * @param features of all heads together
   */
  public SelfAttention(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    super(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new SelfAttention(heads, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable queries = heads(graph, inputs[0], 0);
    SDVariable keys = heads(graph, inputs[0], features);
    SDVariable values = heads(graph, inputs[0], 2 * features);
    return attend(graph, inputs[0].getShape(), queries, keys, values);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int[] parts = new int[3];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = nodes.add(new Operation.Slice(2, (long) i * features, features), nodes.input());
    }
    return nodes.add(new Operation.Attention(heads, scale()), parts);
  }

  /** Scores, and the values' means by them. */
  @Override
  public long multiplyAdds(int height, int width) {
    long tokens = (long) height * width;
    return 2 * tokens * tokens * features;
  }
}
