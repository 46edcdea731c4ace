package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A range of indices along one axis of tokens, [batch, tokens, features]. */
abstract class AxisRange extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("first")
  final int first;

  @JsonProperty("count")
  final int count;

  /**
   * @param first index of the first, from 0
   * @param count how many
   */
  AxisRange(int first, int count) {
    this.first = first;
    this.count = count;
  }

  /** The axis: 1 for tokens, 2 for features. */
  abstract int axis();

  @Override
  protected final List<Object> settings() {
    return List.of(first, count);
  }

  @Override
  protected final SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable tokens = inputs[0];
    int[] begin = new int[3];
    int[] sizes = {batch(tokens), (int) tokens.getShape()[1], features(tokens)};
    begin[axis()] = first;
    sizes[axis()] = count;
    return graph.slice(tokens, begin, sizes);
  }

  @Override
  public final int describe(VertexNodes nodes) {
    return nodes.add(new Operation.Slice(axis(), first, count), nodes.input());
  }
}
