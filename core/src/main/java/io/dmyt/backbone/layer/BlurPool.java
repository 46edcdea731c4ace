package io.dmyt.backbone.layer;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Blurs with the binomial filter (1, 2, 1) / 4 in both directions and keeps one pixel in so many;
 * beyond its edges an image goes on as in a mirror.
 *
 * <p>Zhang, <i>Making Convolutional Networks Shift-Invariant Again</i>, ICML 2019.
 *
 * <p>Input: [batch, channels, height, width]. Value: [batch, channels, ⌈height / stride⌉, ⌈width /
 * stride⌉].
 */
public final class BlurPool extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;
  private static final double[] FILTER = {0.25, 0.5, 0.25};

  @JsonProperty("stride")
  private final int stride;

  /**
   * @param stride in pixels, at least 1
   */
  public BlurPool(@JsonProperty("stride") int stride) {
    this.stride = stride;
  }

  @Override
  protected List<Object> settings() {
    return List.of(stride);
  }

  @Override
  protected FunctionVertex copy() {
    return new BlurPool(stride);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    return LinearMap.apply(graph, inputs[0], map((int) shape[2]), map((int) shape[3]));
  }

  private double[][] map(int size) {
    double[][] map = new double[length(size)][size];
    for (int i = 0; i < map.length; i++) {
      for (int k = 0; k < FILTER.length; k++) {
        int at = Math.abs(i * stride + k - 1);
        map[i][at < size ? at : Math.max(0, 2 * (size - 1) - at)] += FILTER[k];
      }
    }
    return map;
  }

  private int length(int size) {
    return (size + stride - 1) / stride;
  }

  /** The filter is what two means of neighbours make one after the other. */
  @Override
  public int describe(VertexNodes nodes) {
    int framed = nodes.add(new Operation.MirrorPad(), nodes.input());
    return nodes.add(mean(stride), nodes.add(mean(1), framed));
  }

  private static Operation mean(int stride) {
    int[] two = {2, 2};
    int[] strides = {stride, stride};
    int[] none = {0, 0};
    int[] one = {1, 1};
    return new Operation.Pool(
        Operation.Pooling.AVERAGE,
        KernelGeometry.of(two, strides, none, one, ConvolutionMode.Truncate));
  }

  @Override
  public int inputRank() {
    return 4;
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {length(height), length(width)};
  }

  @Override
  public long multiplyAdds(int height, int width) {
    return 0;
  }
}
