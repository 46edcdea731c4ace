package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of a map's pixels to those of another map, in heads that share their keys and values:
 * {@code softmax(Q Kᵀ / √d) V}, where d is a head's features.
 *
 * <p>Shazeer, <i>Fast Transformer Decoding: One Write-Head is All You Need</i>, 2019; Qin et al.,
 * <i>MobileNetV4</i>, ECCV 2024.
 *
 * <p>Inputs: queries [batch, heads · features, height, width]; keys and values, both [batch,
 * features, other height, other width]. Value: as the queries.
 */
public final class MultiQueryAttention extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of a head
   */
  public MultiQueryAttention(
      @JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  protected int inputs() {
    return 3;
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new MultiQueryAttention(heads, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    long[] others = inputs[1].getShape();
    long pixels = shape[2] * shape[3];
    SDVariable queries =
        inputs[0]
            .reshape(shape[0], heads, features, pixels)
            .permute(0, 1, 3, 2)
            .reshape(shape[0], heads * pixels, features);
    SDVariable keys = inputs[1].reshape(shape[0], features, others[2] * others[3]);
    SDVariable values = inputs[2].reshape(shape[0], features, others[2] * others[3]);
    SDVariable scores = graph.mmul(queries, keys).mul(1 / Math.sqrt(features));
    return graph
        .mmul(FarSoftmax.of(graph, scores, 2), values, false, true, false)
        .reshape(shape[0], heads, pixels, features)
        .permute(0, 1, 3, 2)
        .reshape(shape);
  }

  /** As attention in one head, whose queries are those of all heads one after another. */
  @Override
  public int describe(VertexNodes nodes) {
    List<Long> byHead = List.of(0L, (long) heads, (long) features, -1L);
    int pixels =
        nodes.add(
            new Operation.Permute(List.of(0, 1, 3, 2)),
            nodes.add(new Operation.Reshape(byHead), nodes.input()));
    int queries = nodes.add(new Operation.Reshape(List.of(0L, -1L, (long) features)), pixels);
    int attended =
        nodes.add(
            new Operation.Attention(1, 1 / Math.sqrt(features)),
            queries,
            tokens(nodes, 1),
            tokens(nodes, 2));
    int split =
        nodes.add(new Operation.Reshape(List.of(0L, (long) heads, -1L, (long) features)), attended);
    int map = nodes.add(new Operation.Permute(List.of(0, 1, 3, 2)), split);
    return nodes.add(new Operation.ReshapeLike(), map, nodes.input());
  }

  /** An input's pixels as [batch, pixels, features]. */
  private int tokens(VertexNodes nodes, int input) {
    int flat =
        nodes.add(
            new Operation.Reshape(List.of(0L, (long) features, -1L)), nodes.inputs().get(input));
    return nodes.add(new Operation.Permute(List.of(0, 2, 1)), flat);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
