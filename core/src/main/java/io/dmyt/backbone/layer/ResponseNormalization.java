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
 * Global response normalisation: a channel's values are weighed by its length over all pixels, as a
 * share of the channels' mean length: {@code x + γ x n + β} with {@code n = g / (mean of all g +
 * 1e-6)} and {@code g} the channel's Euclidean norm.
 *
 * <p>Woo et al., <i>ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders</i>,
 * CVPR 2023.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameters: {@code weight} γ and {@code
 * bias} β, both [channels].
 */
public final class ResponseNormalization extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;
  private static final double EPS = 1e-6;

  /** Of a channel's length, squared: one of zeros has a gradient of zeros, as in PyTorch. */
  private static final double SHORTEST = 1e-24;

  @JsonProperty("channels")
  private final int channels;

  /**
   * @param channels how many there are
   */
  public ResponseNormalization(@JsonProperty("channels") int channels) {
    this.channels = channels;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(channels), "bias", shape(channels));
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels);
  }

  @Override
  protected FunctionVertex copy() {
    return new ResponseNormalization(channels);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable x = inputs[0];
    SDVariable squares = graph.math().square(x).sum(true, 2, 3);
    SDVariable length = graph.math().sqrt(graph.nn().relu(squares.sub(SHORTEST), 0).add(SHORTEST));
    SDVariable share = length.div(length.mean(true, 1).add(EPS));
    return x.mul(share)
        .mul(ofChannels(parameters, "weight"))
        .add(ofChannels(parameters, "bias"))
        .add(x);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.ResponseNorm(nodes.vector("weight"), nodes.vector("bias"), EPS),
        nodes.input());
  }

  @Override
  public int inputRank() {
    return 4;
  }

  private SDVariable ofChannels(Map<String, SDVariable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name)).reshape(1, channels, 1, 1);
  }
}
