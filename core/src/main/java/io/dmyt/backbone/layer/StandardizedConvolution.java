package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution whose weights are standardised before they are used: of each output channel's, the
 * mean is subtracted, and they are divided by their deviation, to which, or to whose square, ε is
 * added. A scaled one multiplies them by {@code scale} and by a learned gain, and adds biases.
 *
 * <p>Qiao et al., <i>Micro-Batch Training with Batch-Channel Normalization and Weight
 * Standardization</i>, 2019; scaled: Brock et al., <i>Characterizing Signal Propagation to Close
 * the Performance Gap in Unnormalized ResNets</i>, ICLR 2021.
 *
 * <p>Input: [batch, in, height, width]. Value: [batch, out, height, width] over the stride.
 * Parameters: {@code weight} [out, in / groups, kernel, kernel] and, if scaled, {@code bias} [out]
 * and {@code gain} [out, 1, 1, 1].
 */
public final class StandardizedConvolution extends FunctionVertex implements SelfDescribing {
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

  @JsonProperty("groups")
  private final int groups;

  @JsonProperty("scale")
  private final double scale;

  @JsonProperty("eps")
  private final double eps;

  @JsonProperty("toVariance")
  private final boolean toVariance;

  /**
   * @param kernel height and width in pixels, odd
   * @param same whether images are padded as TensorFlow does, not by (kernel − 1) / 2 on each side
   * @param groups into which input and output channels are divided
   * @param scale of standardised weights; 0 for weights without scale, gain and bias
   * @param eps ε, added to the deviation
   * @param toVariance whether ε is added to the variance instead
   */
  public StandardizedConvolution(
      @JsonProperty("in") int in,
      @JsonProperty("out") int out,
      @JsonProperty("kernel") int kernel,
      @JsonProperty("stride") int stride,
      @JsonProperty("same") boolean same,
      @JsonProperty("groups") int groups,
      @JsonProperty("scale") double scale,
      @JsonProperty("eps") double eps,
      @JsonProperty("toVariance") boolean toVariance) {
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    this.stride = stride;
    this.same = same;
    this.groups = groups;
    this.scale = scale;
    this.eps = eps;
    this.toVariance = toVariance;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    long[] weight = shape(out, in / groups, kernel, kernel);
    return scale == 0
        ? shapes("weight", weight)
        : shapes("weight", weight, "bias", shape(out), "gain", shape(out, 1, 1, 1));
  }

  @Override
  protected List<Object> settings() {
    return List.of(in, out, kernel, stride, same, groups, scale, eps, toVariance);
  }

  @Override
  protected FunctionVertex copy() {
    return new StandardizedConvolution(
        in, out, kernel, stride, same, groups, scale, eps, toVariance);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable weights = standardized(graph, parameters);
    SDVariable sum = convolved(graph, inputs[0], weights);
    return scale == 0
        ? sum
        : sum.add(Objects.requireNonNull(parameters.get("bias")).reshape(1, out, 1, 1));
  }

  /** A row of weights for each output channel. */
  private SDVariable standardized(SameDiff graph, Map<String, SDVariable> parameters) {
    SDVariable rows = Objects.requireNonNull(parameters.get("weight")).reshape(out, length());
    SDVariable deviations = rows.sub(rows.mean(true, 1));
    SDVariable variance = graph.math().square(deviations).mean(true, 1);
    SDVariable divisor =
        toVariance ? graph.math().sqrt(variance.add(eps)) : graph.math().sqrt(variance).add(eps);
    SDVariable standard = deviations.div(divisor);
    return scale == 0
        ? standard
        : standard.mul(scale).mul(Objects.requireNonNull(parameters.get("gain")).reshape(out, 1));
  }

  private SDVariable convolved(SameDiff graph, SDVariable images, SDVariable weights) {
    if (groups == 1) {
      return convolved(graph, images, weights, out);
    }
    long[] shape = images.getShape();
    SDVariable[] parts = new SDVariable[groups];
    int share = in / groups;
    int made = out / groups;
    for (int g = 0; g < groups; g++) {
      int[] first = {0, g * share, 0, 0};
      SDVariable part =
          graph.slice(images, first, (int) shape[0], share, (int) shape[2], (int) shape[3]);
      SDVariable rows = graph.slice(weights, new int[] {g * made, 0}, made, length());
      parts[g] = convolved(graph, part, rows, made);
    }
    return graph.concat(1, parts);
  }

  private SDVariable convolved(SameDiff graph, SDVariable images, SDVariable rows, int channels) {
    Conv2DConfig config = Convolutions.config(kernel, stride, same);
    SDVariable weights = rows.reshape(channels, in / groups, kernel, kernel).permute(2, 3, 1, 0);
    return graph.cnn().conv2d(images, weights, config);
  }

  @Override
  public int describe(VertexNodes nodes) {
    long[] dims =
        groups == 1
            ? shape(out, in, kernel, kernel)
            : shape(groups, out / groups, in / groups, kernel, kernel);
    boolean scaled = scale != 0;
    return nodes.add(
        new Operation.Convolution(
            nodes.parameter("weight", dims, Parameter.rowMajorStrides(dims)),
            List.of(),
            scaled ? nodes.vector("bias") : null,
            groups,
            out,
            Convolutions.geometry(kernel, stride, same),
            new Operation.Standardization(
                scaled ? nodes.vector("gain") : null, scaled ? scale : 1, eps, toVariance)),
        nodes.input());
  }

  @Override
  public int inputRank() {
    return 4;
  }

  private int length() {
    return in / groups * kernel * kernel;
  }

  @Override
  public int[] outputSize(int height, int width) {
    return Convolutions.outputSize(height, width, stride);
  }

  @Override
  public long multiplyAdds(int height, int width) {
    return (long) height * width * out * length();
  }
}
