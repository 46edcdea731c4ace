package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Scaled dot-product attention of some tokens to others, in heads: {@code softmax(Q Kᵀ / √d) V},
 * where d is a head's features.
 *
 * <p>Vaswani et al., <i>Attention Is All You Need</i>, NeurIPS 2017.
 *
 * <p>Inputs: queries [batch, tokens, features]; keys and values one after another, [batch, others,
 * 2 · features]. Value: [batch, tokens, features].
 */
public final class CrossAttention extends AttentionVertex {
  private static final long serialVersionUID = 1;

  /**
   * @param features of all heads together
   */
  public CrossAttention(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    super(heads, features);
  }

  @Override
  protected int inputs() {
    return 2;
  }

  @Override
  protected FunctionVertex copy() {
    return new CrossAttention(heads, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable queries = heads(graph, inputs[0], 0);
    SDVariable keys = heads(graph, inputs[1], 0);
    SDVariable values = heads(graph, inputs[1], features);
    return attend(graph, inputs[0].getShape(), queries, keys, values);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int others = nodes.inputs().get(1);
    int keys = nodes.add(new Operation.Slice(2, 0, features), others);
    int values = nodes.add(new Operation.Slice(2, features, features), others);
    return nodes.add(new Operation.Attention(heads, scale()), nodes.input(), keys, values);
  }
}
