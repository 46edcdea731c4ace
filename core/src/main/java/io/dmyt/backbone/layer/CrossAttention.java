package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
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
public final class CrossAttention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of all heads together
   */
  public CrossAttention(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  protected int inputs() {
    return 2;
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new CrossAttention(heads, features);
  }

  private double scale() {
    return 1 / Math.sqrt((double) features / heads);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    SDVariable queries = heads(graph, inputs[0], 0);
    SDVariable keys = heads(graph, inputs[1], 0);
    SDVariable values = heads(graph, inputs[1], features);
    SDVariable scores = graph.mmul(queries, keys, false, true, false).mul(scale());
    return graph
        .mmul(graph.nn().softmax(scores, 3), values)
        .permute(0, 2, 1, 3)
        .reshape(shape[0], shape[1], features);
  }

  /** Some of the features as [batch, heads, tokens, features of a head]. */
  private SDVariable heads(SameDiff graph, SDVariable input, int first) {
    int batch = (int) input.getShape()[0];
    int tokens = (int) input.getShape()[1];
    return graph
        .slice(input, new int[] {0, 0, first}, batch, tokens, features)
        .reshape(batch, tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int others = nodes.inputs().get(1);
    int keys = nodes.add(new Operation.Slice(2, 0, features), others);
    int values = nodes.add(new Operation.Slice(2, features, features), others);
    return nodes.add(new Operation.Attention(heads, scale()), nodes.input(), keys, values);
  }
}
