package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
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
public final class SelfAttention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of all heads together
   */
  public SelfAttention(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new SelfAttention(heads, features);
  }

  private double scale() {
    return 1 / Math.sqrt((double) features / heads);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    SDVariable queries = heads(graph, inputs[0], 0);
    SDVariable keys = heads(graph, inputs[0], 1);
    SDVariable values = heads(graph, inputs[0], 2);
    SDVariable scores = graph.mmul(queries, keys, false, true, false).mul(scale());
    return graph
        .mmul(graph.nn().softmax(scores, 3), values)
        .permute(0, 2, 1, 3)
        .reshape(shape[0], shape[1], features);
  }

  /** A third of the input as [batch, heads, tokens, features of a head]. */
  private SDVariable heads(SameDiff graph, SDVariable input, int third) {
    long[] shape = input.getShape();
    int batch = (int) shape[0];
    int tokens = (int) shape[1];
    return graph
        .slice(input, new int[] {0, 0, third * features}, batch, tokens, features)
        .reshape(batch, tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
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
