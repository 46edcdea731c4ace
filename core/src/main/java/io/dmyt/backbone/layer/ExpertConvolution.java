package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution whose kernel is a mixture of experts' that each image chooses: {@code y_b = Σ_e
 * r_{b,e} · (W_e ∗ x_b)}.
 *
 * <p>Yang et al., <i>CondConv: Conditionally Parameterized Convolutions for Efficient
 * Inference</i>, NeurIPS 2019.
 *
 * <p>Inputs: images [batch, in, height, width] and routing weights r [batch, experts, 1, 1]. Value:
 * [batch, out, height, width] over the stride. Parameter: {@code weight} [experts, out · in /
 * groups · kernel²].
 */
public final class ExpertConvolution extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("in")
  private final int in;

  @JsonProperty("out")
  private final int out;

  @JsonProperty("kernel")
  private final int kernel;

  @JsonProperty("stride")
  private final int stride;

  @JsonProperty("same")
  private final boolean same;

  @JsonProperty("depthwise")
  private final boolean depthwise;

  @JsonProperty("experts")
  private final int experts;

  /**
   * @param kernel height and width in pixels, odd
   * @param same whether images are padded as TensorFlow does, not by (kernel − 1) / 2 on each side
   * @param depthwise whether each channel is convolved by itself; {@code out} is {@code in} then
   */
  public ExpertConvolution(
      @JsonProperty("in") int in,
      @JsonProperty("out") int out,
      @JsonProperty("kernel") int kernel,
      @JsonProperty("stride") int stride,
      @JsonProperty("same") boolean same,
      @JsonProperty("depthwise") boolean depthwise,
      @JsonProperty("experts") int experts) {
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    this.stride = stride;
    this.same = same;
    this.depthwise = depthwise;
    this.experts = experts;
  }

  @Override
  protected int inputs() {
    return 2;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(experts, weights()));
  }

  private long weights() {
    return (long) out * (depthwise ? 1 : in) * kernel * kernel;
  }

  @Override
  protected List<Object> settings() {
    return List.of(in, out, kernel, stride, same, depthwise, experts);
  }

  @Override
  protected FunctionVertex copy() {
    return new ExpertConvolution(in, out, kernel, stride, same, depthwise, experts);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long batch = inputs[1].getShape()[0];
    SDVariable sum = null;
    for (int e = 0; e < experts; e++) {
      SDVariable weight =
          graph.slice(parameters.get("weight"), new int[] {e, 0}, 1, Math.toIntExact(weights()));
      SDVariable share = graph.slice(inputs[1], new int[] {0, e, 0, 0}, (int) batch, 1, 1, 1);
      SDVariable term = convolved(graph, inputs[0], weight).mul(share);
      sum = sum == null ? term : sum.add(term);
    }
    return Objects.requireNonNull(sum, "there are experts");
  }

  private SDVariable convolved(SameDiff graph, SDVariable images, SDVariable weight) {
    Conv2DConfig config = Convolutions.config(kernel, stride, same);
    return depthwise
        ? graph
            .cnn()
            .depthWiseConv2d(
                images, weight.reshape(in, 1, kernel, kernel).permute(2, 3, 0, 1), config)
        : graph
            .cnn()
            .conv2d(images, weight.reshape(out, in, kernel, kernel).permute(2, 3, 1, 0), config);
  }

  @Override
  public int describe(VertexNodes nodes) {
    long begin = nodes.vector("weight").offset();
    List<Integer> terms = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      int convolved = nodes.add(expert(begin + e * weights()), nodes.input());
      int[] shares = new int[out];
      Arrays.fill(shares, e);
      int share = nodes.add(new Operation.Gather(1, shares), nodes.inputs().get(1));
      terms.add(nodes.add(new Operation.Product(), convolved, share));
    }
    return nodes.add(new Operation.Sum(), terms);
  }

  /** The convolution of one expert, whose weights begin there. */
  private Operation expert(long begin) {
    long[] dims = depthwise ? shape(in, 1, 1, kernel, kernel) : shape(out, in, kernel, kernel);
    return new Operation.Convolution(
        new Parameter(begin, dims, Parameter.rowMajorStrides(dims)),
        List.of(),
        null,
        depthwise ? in : 1,
        out,
        Convolutions.geometry(kernel, stride, same));
  }

  @Override
  public int inputRank() {
    return 4;
  }

  @Override
  public int[] outputSize(int height, int width) {
    return Convolutions.outputSize(height, width, stride);
  }

  @Override
  public long multiplyAdds(int height, int width) {
    return (long) height * width * weights();
  }
}
