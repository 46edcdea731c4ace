package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of features to features, in heads: {@code softmax(τ · cos(Q, K)) V}, where Q, K and V
 * have a row for each feature and τ is learned. Its cost grows with the tokens and not with their
 * square.
 *
 * <p>El-Nouby et al., <i>XCiT: Cross-Covariance Image Transformers</i>, NeurIPS 2021.
 *
 * <p>Input: queries, keys and values one after another, [batch, tokens, 3 · features]. Value:
 * [batch, tokens, features]. Parameter: τ, {@code temperature} [heads, 1, 1].
 */
public final class CrossCovariance extends TokenVertex {
  private static final long serialVersionUID = 1;
  private static final String TEMPERATURE = "temperature";

  /** Of a row's length, squared. */
  private static final double TINY = 1e-24;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of all heads together
   */
  public CrossCovariance(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(TEMPERATURE, shape(heads, 1, 1));
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new CrossCovariance(heads, features);
  }

  private int share() {
    return features / heads;
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    SDVariable[] parts = new SDVariable[3];
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          graph
              .slice(
                  inputs[0],
                  new int[] {0, 0, i * features},
                  (int) shape[0],
                  (int) shape[1],
                  features)
              .permute(0, 2, 1)
              .reshape(shape[0], heads, share(), shape[1]);
    }
    SDVariable scores =
        graph
            .mmul(unit(graph, parts[0]), unit(graph, parts[1]), false, true, false)
            .mul(Objects.requireNonNull(parameters.get(TEMPERATURE)).reshape(1, heads, 1, 1));
    return graph
        .mmul(graph.nn().softmax(scores, 3), parts[2])
        .reshape(shape[0], features, shape[1])
        .permute(0, 2, 1);
  }

  private static SDVariable unit(SameDiff graph, SDVariable rows) {
    SDVariable squares = graph.math().square(rows).sum(true, 3);
    SDVariable tiny = graph.constant(Nd4j.scalar(rows.dataType(), TINY));
    return rows.div(graph.math().sqrt(graph.math().max(squares, tiny)));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int[] rows = new int[3];
    for (int i = 0; i < rows.length; i++) {
      int part = nodes.add(new Operation.Slice(2, (long) i * features, features), nodes.input());
      int turned = nodes.add(new Operation.Permute(List.of(0, 2, 1)), part);
      int unit = i == 2 ? turned : nodes.add(new Operation.UnitLength(Math.sqrt(TINY)), turned);
      List<Long> split = List.of(0L, (long) heads, (long) share(), -1L);
      rows[i] = nodes.add(new Operation.Reshape(split), unit);
    }
    int cosines = nodes.add(new Operation.MatMul(false, true), rows[0], rows[1]);
    int temperature =
        nodes.add(
            new Operation.Weight(
                nodes.parameter(TEMPERATURE, shape(1, heads, 1, 1), shape(heads, 1, 1, 1))));
    int scores = nodes.add(new Operation.Product(), cosines, temperature);
    int shares = nodes.add(new Operation.Softmax(), scores);
    int means = nodes.add(new Operation.MatMul(false, false), shares, rows[2]);
    int joined = nodes.add(new Operation.Reshape(List.of(0L, (long) features, -1L)), means);
    return nodes.add(new Operation.Permute(List.of(0, 2, 1)), joined);
  }

  /** Cosines, and the values' means by them. */
  @Override
  public long multiplyAdds(int height, int width) {
    return 2L * height * width * features * share();
  }
}
