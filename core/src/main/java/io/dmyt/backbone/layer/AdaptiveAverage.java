package io.dmyt.backbone.layer;

import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * PyTorch's {@code adaptive_avg_pool2d} up to a least height and width; larger images stay as they
 * are. Of n pixels for m in a direction, pixel i is the mean of those from ⌊i n / m⌋ to before ⌈(i
 * + 1) n / m⌉.
 *
 * <p>Input: [batch, channels, height, width]. Value: [batch, channels, max(least, height),
 * max(least, width)].
 */
public final class AdaptiveAverage extends FunctionVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("least")
  private final int least;

  /**
   * @param least height and width of the value in pixels
   */
  public AdaptiveAverage(@JsonProperty("least") int least) {
    this.least = least;
  }

  @Override
  protected List<Object> settings() {
    return List.of(least);
  }

  @Override
  protected FunctionVertex copy() {
    return new AdaptiveAverage(least);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    return LinearMap.apply(graph, inputs[0], map((int) shape[2]), map((int) shape[3]));
  }

  private double[][] map(int size) {
    double[][] map = new double[Math.max(least, size)][size];
    for (int i = 0; i < map.length; i++) {
      int from = i * size / map.length;
      int to = ((i + 1) * size + map.length - 1) / map.length;
      for (int k = from; k < to; k++) {
        map[i][k] = 1.0 / (to - from);
      }
    }
    return map;
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {Math.max(least, height), Math.max(least, width)};
  }
}
