package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention in heads whose softmax goes over the keys of each feature, so that its cost grows with
 * the tokens and not with their square: {@code Q (softmax(K)ᵀ V) / √d}, where d is a head's
 * features. To all tokens but the first, queries times a map of the values are added.
 *
 * <p>Xu et al., <i>Co-Scale Conv-Attentional Image Transformers</i>, ICCV 2021.
 *
 * <p>Inputs: queries, keys and values one after another, [batch, 1 + pixels, 3 · features]; the
 * values' map [batch, pixels, features]. Value: [batch, 1 + pixels, features].
 */
public final class FactorizedAttention extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of all heads together
   */
  public FactorizedAttention(
      @JsonProperty("heads") int heads, @JsonProperty("features") int features) {
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
    return new FactorizedAttention(heads, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = batch(inputs[0]);
    int tokens = (int) inputs[0].getShape()[1];
    SDVariable queries = heads(graph, inputs[0], 0);
    SDVariable keys = heads(graph, inputs[0], features).permute(0, 1, 3, 2);
    SDVariable values = heads(graph, inputs[0], 2 * features);
    SDVariable means = graph.mmul(graph.nn().softmax(keys, 3), values);
    SDVariable attended =
        graph
            .mmul(queries, means)
            .mul(1 / Math.sqrt((double) features / heads))
            .permute(0, 2, 1, 3)
            .reshape(batch, tokens, features);
    SDVariable pixels =
        graph.slice(inputs[0], new int[] {0, 1, 0}, batch, tokens - 1, features).mul(inputs[1]);
    SDVariable none = graph.constant(Nd4j.zeros(inputs[0].dataType(), batch, 1, features));
    return attended.add(graph.concat(1, none, pixels));
  }

  private SDVariable heads(SameDiff graph, SDVariable input, int first) {
    int batch = batch(input);
    int tokens = (int) input.getShape()[1];
    return graph
        .slice(input, new int[] {0, 0, first}, batch, tokens, features)
        .reshape(batch, tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int[] parts = new int[3];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = nodes.add(new Operation.Slice(2, (long) i * features, features), nodes.input());
    }
    int queries = heads(nodes, parts[0], List.of(0, 2, 1, 3));
    int keys = heads(nodes, parts[1], List.of(0, 2, 3, 1));
    int values = heads(nodes, parts[2], List.of(0, 2, 1, 3));
    Operation product = new Operation.MatMul(false, false);
    int means = nodes.add(product, nodes.add(new Operation.Softmax(), keys), values);
    double scale = 1 / Math.sqrt((double) features / heads);
    int scaled =
        nodes.add(
            new Operation.Elementwise(ElementwiseFunction.LINEAR, scale, 0),
            nodes.add(product, queries, means));
    int tokens = nodes.add(new Operation.Permute(List.of(0, 2, 1, 3)), scaled);
    int attended = nodes.add(new Operation.Reshape(List.of(0L, 0L, (long) features)), tokens);
    int placed = nodes.add(new Operation.Product(), parts[0], behindFirst(nodes));
    return nodes.add(new Operation.Sum(), attended, placed);
  }

  private int heads(VertexNodes nodes, int part, List<Integer> axes) {
    List<Long> dims = List.of(0L, 0L, (long) heads, (long) features / heads);
    return nodes.add(new Operation.Permute(axes), nodes.add(new Operation.Reshape(dims), part));
  }

  /** The values' map behind a token of zeros. */
  private int behindFirst(VertexNodes nodes) {
    int map = nodes.inputs().get(1);
    return nodes.add(new Operation.Concat(1), noToken(nodes, map), map);
  }

  /** Keys by values, and queries by these. */
  @Override
  public long multiplyAdds(int height, int width) {
    return 2L * height * width * features * features / heads;
  }
}
