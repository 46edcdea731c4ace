package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Has learned tokens as its parameter, [1, count, features], the same for each example. */
abstract class LearnedTokensVertex extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("count")
  final int count;

  @JsonProperty("features")
  final int features;

  LearnedTokensVertex(int count, int features) {
    this.count = count;
    this.features = features;
  }

  @Override
  public final Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1, count, features));
  }

  @Override
  protected final List<Object> settings() {
    return List.of(count, features);
  }

  /**
   * The tokens for each example, [batch, count, features]. The batch's size is not known yet: 0
   * times some of the input's tokens have it.
   */
  final int tokens(VertexNodes nodes) {
    int some = nodes.add(new Operation.Slice(1, 0, count), nodes.input());
    int zeros = nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 0, 0), some);
    return nodes.add(
        new Operation.Sum(), zeros, nodes.add(new Operation.Weight(nodes.parameter(WHOLE))));
  }
}
