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
 * Group normalisation: each image's channels are divided into groups, each of which gets mean 0 and
 * variance 1 over its channels and pixels; then {@code γ x + β} with a γ and a β for each channel.
 *
 * <p>Wu and He, <i>Group Normalization</i>, ECCV 2018.
 *
 * <p>Input and value: [batch, channels, height, width]. Parameters: {@code weight} γ and {@code
 * bias} β, both [channels].
 */
public final class GroupNormalization extends FunctionVertex
    implements SelfDescribing, Normalization {
  private static final long serialVersionUID = 1;

  @JsonProperty("channels")
  private final int channels;

  @JsonProperty("groups")
  private final int groups;

  @JsonProperty("eps")
  private final double eps;

  /**
   * @param channels a multiple of the groups
   * @param eps added to the variance
   */
  public GroupNormalization(
      @JsonProperty("channels") int channels,
      @JsonProperty("groups") int groups,
      @JsonProperty("eps") double eps) {
    this.channels = channels;
    this.groups = groups;
    this.eps = eps;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes("weight", shape(channels), "bias", shape(channels));
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels, groups, eps);
  }

  @Override
  protected FunctionVertex copy() {
    return new GroupNormalization(channels, groups, eps);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    // SameDiff's gradient of a mean over the second dimension is wrong where the first is 1.
    SDVariable rows = inputs[0].reshape(shape[0], groups, -1);
    SDVariable deviations = rows.sub(rows.mean(true, 2));
    SDVariable variance = graph.math().square(deviations).mean(true, 2);
    return deviations
        .div(graph.math().sqrt(variance.add(eps)))
        .reshape(shape)
        .mul(ofChannels(parameters, "weight"))
        .add(ofChannels(parameters, "bias"));
  }

  private SDVariable ofChannels(Map<String, SDVariable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name)).reshape(1, channels, 1, 1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    return nodes.add(
        new Operation.GroupNorm(nodes.vector("weight"), nodes.vector("bias"), groups, eps),
        nodes.input());
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
