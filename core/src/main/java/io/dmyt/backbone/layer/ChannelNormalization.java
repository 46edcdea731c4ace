package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layer normalisation over each pixel's channels: {@code γ (x − mean) / √(variance + ε) + β}.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameters: {@code weight} γ and {@code
 * bias} β, both [channels].
 */
public final class ChannelNormalization extends FunctionVertex
    implements SelfDescribing, Normalization {
  private static final long serialVersionUID = 1;

  @JsonProperty("channels")
  private final int channels;

  @JsonProperty("eps")
  private final double eps;

  /**
   * @param eps ε, added to the variance
   */
  public ChannelNormalization(
      @JsonProperty("channels") int channels, @JsonProperty("eps") double eps) {
    this.channels = channels;
    this.eps = eps;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(channels), "bias", shape(channels));
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels, eps);
  }

  @Override
  protected FunctionVertex copy() {
    return new ChannelNormalization(channels, eps);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable deviation = inputs[0].sub(inputs[0].mean(true, 1));
    SDVariable variance = graph.math().square(deviation).mean(true, 1);
    return deviation
        .div(graph.math().sqrt(variance.add(eps)))
        .mul(ofChannels(parameters, "weight"))
        .add(ofChannels(parameters, "bias"));
  }

  private SDVariable ofChannels(Map<String, SDVariable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name)).reshape(1, channels, 1, 1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.LayerNorm(nodes.vector("weight"), nodes.vector("bias"), eps, true),
        nodes.input());
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
