package io.dmyt.backbone.layer;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution along the channels, of one kernel for all: {@code y_c = Σ_k w_k x_{c+k−(K−1)/2}},
 * zeros beyond the ends.
 *
 * <p>Wang et al., <i>ECA-Net: Efficient Channel Attention for Deep Convolutional Neural
 * Networks</i>, CVPR 2020.
 *
 * <p>Input and value: [batch, channels, 1, 1]. Parameter: {@code weight} [1, 1, K].
 */
public final class ChannelConvolution extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("kernel")
  private final int kernel;

  /**
   * @param kernel K, odd
   */
  public ChannelConvolution(@JsonProperty("kernel") int kernel) {
    this.kernel = kernel;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(1, 1, kernel));
  }

  @Override
  protected List<Object> settings() {
    return List.of(kernel);
  }

  @Override
  protected FunctionVertex copy() {
    return new ChannelConvolution(kernel);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    int batch = (int) shape[0];
    int channels = (int) shape[1];
    SDVariable row = inputs[0].reshape(batch, channels);
    SDVariable zeros = graph.constant(Nd4j.zeros(inputs[0].dataType(), batch, (kernel - 1) / 2));
    SDVariable padded = graph.concat(1, zeros, row, zeros);
    SDVariable weights = Objects.requireNonNull(parameters.get("weight")).reshape(kernel);
    SDVariable sum = null;
    for (int k = 0; k < kernel; k++) {
      SDVariable shifted = graph.slice(padded, new int[] {0, k}, batch, channels);
      SDVariable term = shifted.mul(graph.slice(weights, new int[] {k}, 1));
      sum = sum == null ? term : sum.add(term);
    }
    return Objects.requireNonNull(sum, "a kernel has a size").reshape(batch, channels, 1, 1);
  }

  /** As a convolution of an image of one channel, whose height is the channels. */
  @Override
  public int describe(VertexNodes nodes) {
    int column = nodes.add(new Operation.Reshape(List.of(0L, 1L, -1L, 1L)), nodes.input());
    long[] dims = shape(1, 1, kernel, 1);
    KernelGeometry geometry =
        KernelGeometry.of(
            new int[] {kernel, 1},
            new int[] {1, 1},
            new int[] {(kernel - 1) / 2, 0},
            new int[] {1, 1},
            ConvolutionMode.Truncate);
    int convolved =
        nodes.add(
            new Operation.Convolution(
                nodes.parameter("weight", dims, Parameter.rowMajorStrides(dims)),
                List.of(),
                null,
                1,
                1,
                geometry),
            column);
    return nodes.add(new Operation.Reshape(List.of(0L, -1L, 1L, 1L)), convolved);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
