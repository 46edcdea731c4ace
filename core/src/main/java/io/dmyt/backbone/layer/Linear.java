package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A linear map of the last dimension, {@code y = x Wᵀ + b}. (DL4J's dense layer has the features of
 * sequences in the second.)
 *
 * <p>Input: [batch, …, in]. Value: [batch, …, out]. Parameters: {@code weight} [out, in] and, if
 * biased, {@code bias} [out].
 */
public final class Linear extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("in")
  private final int in;

  @JsonProperty("out")
  private final int out;

  @JsonProperty("biased")
  private final boolean biased;

  /**
   * @param biased whether it adds a bias
   */
  public Linear(
      @JsonProperty("in") int in,
      @JsonProperty("out") int out,
      @JsonProperty("biased") boolean biased) {
    this.in = in;
    this.out = out;
    this.biased = biased;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return biased
        ? shapes("weight", shape(out, in), "bias", shape(out))
        : shapes("weight", shape(out, in));
  }

  @Override
  protected List<Object> settings() {
    return List.of(in, out, biased);
  }

  @Override
  protected FunctionVertex copy() {
    return new Linear(in, out, biased);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = Arrays.copyOf(inputs[0].getShape(), inputs[0].getShape().length);
    shape[shape.length - 1] = out;
    SDVariable weight = Objects.requireNonNull(parameters.get("weight"));
    SDVariable rows = graph.mmul(inputs[0].reshape(-1, in), weight, false, true, false);
    if (biased) {
      rows = rows.add(Objects.requireNonNull(parameters.get("bias")).reshape(1, out));
    }
    return rows.reshape(shape);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.Dense(nodes.parameter("weight"), biased ? nodes.vector("bias") : null),
        nodes.input());
  }

  @Override
  public long multiplyAdds(int height, int width) {
    return (long) height * width * in * out;
  }
}
