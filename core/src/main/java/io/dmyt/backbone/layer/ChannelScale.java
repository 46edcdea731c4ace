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
 * A learned factor for each channel.
 *
 * <p>Touvron et al., <i>Going Deeper with Image Transformers</i>, ICCV 2021.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameter: [channels].
 */
public final class ChannelScale extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("channels")
  private final int channels;

  /**
   * @param channels how many there are
   */
  public ChannelScale(@JsonProperty("channels") int channels) {
    this.channels = channels;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(channels));
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels);
  }

  @Override
  protected FunctionVertex copy() {
    return new ChannelScale(channels);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].mul(Objects.requireNonNull(parameters.get(WHOLE)).reshape(1, channels, 1, 1));
  }

  @Override
  public int describe(VertexNodes nodes) {
    long[] strides = {channels, 1, 1, 1};
    int factors =
        nodes.add(new Operation.Weight(nodes.parameter(WHOLE, shape(1, channels, 1, 1), strides)));
    return nodes.add(new Operation.Product(), nodes.input(), factors);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
