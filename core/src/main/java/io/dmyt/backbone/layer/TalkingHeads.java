package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Self-attention whose heads are mixed by a linear map before the softmax and by another behind it.
 *
 * <p>Shazeer et al., <i>Talking-Heads Attention</i>, 2020.
 *
 * <p>Input: queries, keys and values one after another, [batch, tokens, 3 · features]. Value:
 * [batch, tokens, features]. Parameters of each map: {@code weight} [heads, heads] and {@code bias}
 * [heads].
 */
public final class TalkingHeads extends TokenVertex {
  private static final long serialVersionUID = 1;
  private static final String BEFORE = "proj-l.";
  private static final String BEHIND = "proj-w.";

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  /**
   * @param features of all heads together
   */
  public TalkingHeads(@JsonProperty("heads") int heads, @JsonProperty("features") int features) {
    this.heads = heads;
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(
        BEFORE + "weight", shape(heads, heads),
        BEFORE + "bias", shape(heads),
        BEHIND + "weight", shape(heads, heads),
        BEHIND + "bias", shape(heads));
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new TalkingHeads(heads, features);
  }

  private double scale() {
    return 1 / Math.sqrt((double) features / heads);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    int batch = (int) shape[0];
    int tokens = (int) shape[1];
    SDVariable[] parts = new SDVariable[3];
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          graph
              .slice(inputs[0], new int[] {0, 0, i * features}, batch, tokens, features)
              .reshape(batch, tokens, heads, features / heads)
              .permute(0, 2, 1, 3);
    }
    SDVariable scores = graph.mmul(parts[0], parts[1], false, true, false).mul(scale());
    SDVariable weights = graph.nn().softmax(mixed(graph, scores, parameters, BEFORE, shape), 3);
    return graph
        .mmul(mixed(graph, weights, parameters, BEHIND, shape), parts[2])
        .permute(0, 2, 1, 3)
        .reshape(batch, tokens, features);
  }

  /** A linear map of the heads of [batch, heads, tokens, tokens]. */
  private SDVariable mixed(
      SameDiff graph,
      SDVariable scores,
      Map<String, SDVariable> parameters,
      String map,
      long[] shape) {
    SDVariable weight = Objects.requireNonNull(parameters.get(map + "weight"));
    SDVariable bias = Objects.requireNonNull(parameters.get(map + "bias"));
    return graph
        .mmul(scores.permute(0, 2, 3, 1).reshape(-1, heads), weight, false, true, false)
        .add(bias.reshape(1, heads))
        .reshape(shape[0], shape[1], shape[1], heads)
        .permute(0, 3, 1, 2);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int[] parts = new int[3];
    for (int i = 0; i < parts.length; i++) {
      int part = nodes.add(new Operation.Slice(2, (long) i * features, features), nodes.input());
      int split =
          nodes.add(
              new Operation.Reshape(List.of(0L, 0L, (long) heads, (long) features / heads)), part);
      parts[i] = nodes.add(new Operation.Permute(List.of(0, 2, 1, 3)), split);
    }
    int products = nodes.add(new Operation.MatMul(false, true), parts[0], parts[1]);
    int scores =
        nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, scale(), 0), products);
    int weights = nodes.add(new Operation.Softmax(), mixed(nodes, scores, BEFORE));
    int means =
        nodes.add(new Operation.MatMul(false, false), mixed(nodes, weights, BEHIND), parts[2]);
    int tokens = nodes.add(new Operation.Permute(List.of(0, 2, 1, 3)), means);
    return nodes.add(new Operation.Reshape(List.of(0L, 0L, (long) features)), tokens);
  }

  /** The heads are what an image's channels are. */
  private int mixed(VertexNodes nodes, int scores, String map) {
    long[] dims = shape(heads, heads, 1, 1);
    return nodes.add(
        new Operation.Convolution(
            nodes.parameter(map + "weight", dims, Parameter.rowMajorStrides(dims)),
            List.of(),
            nodes.vector(map + "bias"),
            1,
            heads,
            KernelGeometry.point()),
        scores);
  }

  /** Scores, the values' means by them, and both maps of the heads. */
  @Override
  public long multiplyAdds(int height, int width) {
    long tokens = (long) height * width;
    return 2 * tokens * tokens * (features + (long) heads * heads);
  }
}
