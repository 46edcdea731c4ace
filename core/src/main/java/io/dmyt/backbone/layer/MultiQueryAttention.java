package io.dmyt.backbone.layer;

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
public final class MultiQueryAttention extends FunctionVertex {
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
}
