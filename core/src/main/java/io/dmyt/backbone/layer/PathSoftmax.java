package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How much each of several paths counts, channel by channel: the softmax over the paths.
 *
 * <p>Input: [batch, groups · paths · width, 1, 1], whose channels count the groups first, then the
 * paths in each. Value: [batch, paths · groups · width, 1, 1], the paths first.
 */
public final class PathSoftmax extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("paths")
  private final int paths;

  @JsonProperty("groups")
  private final int groups;

  /**
   * @param groups into which the channels of each path are divided
   */
  public PathSoftmax(@JsonProperty("paths") int paths, @JsonProperty("groups") int groups) {
    this.paths = paths;
    this.groups = groups;
  }

  @Override
  protected List<Object> settings() {
    return List.of(paths, groups);
  }

  @Override
  protected FunctionVertex copy() {
    return new PathSoftmax(paths, groups);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long batch = inputs[0].getShape()[0];
    long channels = inputs[0].getShape()[1];
    SDVariable sorted =
        inputs[0]
            .reshape(batch, groups, paths, channels / paths / groups)
            .permute(0, 1, 3, 2)
            .reshape(batch * channels / paths, paths);
    return FarSoftmax.of(graph, sorted, 1)
        .reshape(batch, channels / paths, paths)
        .permute(0, 2, 1)
        .reshape(batch, channels, 1, 1);
  }

  @Override
  public int describe(VertexNodes nodes) {
    int sorted =
        nodes.add(
            new Operation.Reshape(List.of(0L, (long) groups, (long) paths, -1L)), nodes.input());
    int last = nodes.add(new Operation.Permute(List.of(0, 1, 3, 2)), sorted);
    int shares = nodes.add(new Operation.Softmax(), last);
    int first = nodes.add(new Operation.Permute(List.of(0, 3, 1, 2)), shares);
    return nodes.add(new Operation.Reshape(List.of(0L, -1L, 1L, 1L)), first);
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
