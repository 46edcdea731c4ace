package io.dmyt.backbone.layer;

import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution of some channels, each by itself and of the map's size, whose weights and biases
 * are other vertices' values.
 *
 * <p>Inputs: [batch, channels, height, width]; weights [count, 1, kernel, kernel] and biases
 * [count], such as those of {@link SharedParameter}s. Value: [batch, count, height, width].
 */
public final class SharedDepthwise extends FunctionVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("first")
  private final int first;

  @JsonProperty("count")
  private final int count;

  @JsonProperty("kernel")
  private final int kernel;

  /**
   * @param first of the channels
   * @param count of them
   * @param kernel height and width in pixels, odd
   */
  public SharedDepthwise(
      @JsonProperty("first") int first,
      @JsonProperty("count") int count,
      @JsonProperty("kernel") int kernel) {
    this.first = first;
    this.count = count;
    this.kernel = kernel;
  }

  @Override
  protected int inputs() {
    return 3;
  }

  @Override
  protected List<Object> settings() {
    return List.of(first, count, kernel);
  }

  @Override
  protected FunctionVertex copy() {
    return new SharedDepthwise(first, count, kernel);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    int padding = (kernel - 1) / 2;
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(kernel)
            .kW(kernel)
            .sH(1)
            .sW(1)
            .pH(padding)
            .pW(padding)
            .dH(1)
            .dW(1)
            .paddingMode(PaddingMode.VALID)
            .dataFormat("NCHW")
            .build();
    SDVariable channels =
        graph.slice(
            inputs[0],
            new int[] {0, first, 0, 0},
            (int) shape[0],
            count,
            (int) shape[2],
            (int) shape[3]);
    SDVariable weights = inputs[1].permute(2, 3, 0, 1);
    return graph
        .cnn()
        .depthWiseConv2d(channels, weights, config)
        .add(inputs[2].reshape(1, count, 1, 1));
  }

  @Override
  public long multiplyAdds(int height, int width) {
    return (long) height * width * count * kernel * kernel;
  }
}
