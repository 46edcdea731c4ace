package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A learned bias of one of equal parts of the features, such as the queries among queries, keys and
 * values.
 *
 * <p>Input and value: [batch, tokens, parts · features]. Parameter: [features].
 */
public final class PartialBias extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("features")
  private final int features;

  @JsonProperty("parts")
  private final int parts;

  @JsonProperty("index")
  private final int index;

  /**
   * @param features of each part
   * @param index of the part that has the bias, from 0
   */
  public PartialBias(
      @JsonProperty("features") int features,
      @JsonProperty("parts") int parts,
      @JsonProperty("index") int index) {
    this.features = features;
    this.parts = parts;
    this.index = index;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(features, parts, index);
  }

  @Override
  protected FunctionVertex copy() {
    return new PartialBias(features, parts, index);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable[] all = new SDVariable[parts];
    for (int i = 0; i < parts; i++) {
      all[i] =
          i == index
              ? Objects.requireNonNull(parameters.get(WHOLE))
              : graph.constant(Nd4j.zeros(inputs[0].dataType(), features));
    }
    return inputs[0].add(graph.concat(0, all).reshape(1, 1, (long) parts * features));
  }

  @Override
  public int describe(VertexNodes nodes) {
    long[] dims = {1, 1, features};
    int bias =
        nodes.add(
            new Operation.Weight(nodes.parameter(WHOLE, dims, new long[] {features, features, 1})));
    int zeros = nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 0, 0), bias);
    List<Integer> all = new ArrayList<>(Collections.nCopies(parts, zeros));
    all.set(index, bias);
    int spread = nodes.add(new Operation.Concat(2), all);
    return nodes.add(new Operation.Sum(), nodes.input(), spread);
  }
}
