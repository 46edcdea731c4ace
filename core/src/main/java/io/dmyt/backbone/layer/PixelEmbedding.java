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
 * Adds what is learned of each pixel's position.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameter: [1, channels, height, width].
 */
public final class PixelEmbedding extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("channels")
  private final int channels;

  @JsonProperty("height")
  private final int height;

  @JsonProperty("width")
  private final int width;

  /**
   * @param height in pixels
   * @param width in pixels
   */
  public PixelEmbedding(
      @JsonProperty("channels") int channels,
      @JsonProperty("height") int height,
      @JsonProperty("width") int width) {
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels, height, width);
  }

  @Override
  protected FunctionVertex copy() {
    return new PixelEmbedding(channels, height, width);
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1, channels, height, width));
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return inputs[0].add(Objects.requireNonNull(parameters.get(WHOLE)));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int positions = nodes.add(new Operation.Weight(nodes.parameter(WHOLE)));
    return nodes.add(new Operation.Sum(), nodes.input(), positions);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
