package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Scaled dot-product attention of queries to keys and values of their own, in heads: {@code
 * softmax(Q Kᵀ / √d) V}, where d is a head's features. Tokens may attend within groups only.
 *
 * <p>Vaswani et al., <i>Attention Is All You Need</i>, NeurIPS 2017.
 *
 * <p>Inputs: queries [batch, tokens, features]; keys and values, [batch, others, features] both.
 * Value: [batch, tokens, features].
 */
public final class Attention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  @JsonProperty("group")
  private final int group;

  @JsonProperty("queries")
  private final int queries;

  /**
   * @param features of all heads together
   * @param group how many successive tokens attend only to each other; 0 for all of them
   * @param queries how many there are; 0 for as many as there are keys
   */
  public Attention(
      @JsonProperty("heads") int heads,
      @JsonProperty("features") int features,
      @JsonProperty("group") int group,
      @JsonProperty("queries") int queries) {
    this.heads = heads;
    this.features = features;
    this.group = group;
    this.queries = queries;
  }

  @Override
  protected int inputs() {
    return 3;
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features, group, queries);
  }

  @Override
  protected FunctionVertex copy() {
    return new Attention(heads, features, group, queries);
  }

  private double scale() {
    return 1 / Math.sqrt((double) features / heads);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    SDVariable scores =
        graph.mmul(heads(inputs[0]), heads(inputs[1]), false, true, false).mul(scale());
    return graph
        .mmul(graph.nn().softmax(scores, 3), heads(inputs[2]))
        .permute(0, 2, 1, 3)
        .reshape(shape[0], shape[1], features);
  }

  /** As [batch · groups, heads, tokens of a group, features of a head]. */
  private SDVariable heads(SDVariable input) {
    long[] shape = input.getShape();
    long tokens = group == 0 ? shape[1] : group;
    return input
        .reshape(shape[0] * (shape[1] / tokens), tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
  }

  @Override
  public int describe(VertexNodes nodes) {
    Operation attention = new Operation.Attention(heads, scale());
    if (group == 0) {
      return nodes.add(attention, nodes.inputs());
    }
    Operation grouped = new Operation.Reshape(List.of(-1L, (long) group, (long) features));
    List<Integer> groups = nodes.inputs().stream().map(input -> nodes.add(grouped, input)).toList();
    return nodes.add(new Operation.ReshapeLike(), nodes.add(attention, groups), nodes.input());
  }

  @Override
  public int[] outputSize(int height, int width) {
    return queries == 0 ? new int[] {height, width} : new int[] {queries, 1};
  }

  /** Scores, and the values' means by them, where queries and keys are as many. */
  @Override
  public long multiplyAdds(int height, int width) {
    long tokens = (long) height * width;
    return 2 * tokens * (group == 0 ? tokens : group) * features;
  }
}
