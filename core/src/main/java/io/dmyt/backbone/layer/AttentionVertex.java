package io.dmyt.backbone.layer;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Scaled dot-product attention in heads, each of an equal share of the features: {@code softmax(Q
 * Kᵀ / √d) V}, where d is a head's features.
 */
abstract class AttentionVertex extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  final int heads;

  @JsonProperty("features")
  final int features;

  AttentionVertex(int heads, int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  protected final List<Object> settings() {
    return List.of(heads, features);
  }

  final double scale() {
    return 1 / Math.sqrt((double) features / heads);
  }

  /**
   * The value, [batch, tokens, features].
   *
   * @param shape of what the queries are taken from, whose batch and tokens the value has
   */
  final SDVariable attend(
      SameDiff graph, long[] shape, SDVariable queries, SDVariable keys, SDVariable values) {
    SDVariable scores = graph.mmul(queries, keys, false, true, false).mul(scale());
    return graph
        .mmul(graph.nn().softmax(scores, 3), values)
        .permute(0, 2, 1, 3)
        .reshape(shape[0], shape[1], features);
  }

  /** The features from {@code first} on as [batch, heads, tokens, features of a head]. */
  final SDVariable heads(SameDiff graph, SDVariable input, int first) {
    int batch = (int) input.getShape()[0];
    int tokens = (int) input.getShape()[1];
    return graph
        .slice(input, new int[] {0, 0, first}, batch, tokens, features)
        .reshape(batch, tokens, heads, features / heads)
        .permute(0, 2, 1, 3);
  }
}
