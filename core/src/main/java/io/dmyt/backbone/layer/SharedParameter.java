package io.dmyt.backbone.layer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A parameter as a value, for several vertices that share it: DL4J's can't share parameters, but
 * may all read one vertex.
 *
 * <p>Input: anything, which changes nothing. Value: the parameter.
 */
public final class SharedParameter extends FunctionVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("dimensions")
  private final long[] dimensions;

  /**
   * @param dimensions the parameter's shape
   */
  public SharedParameter(@JsonProperty("dimensions") long... dimensions) {
    this.dimensions = dimensions.clone();
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, dimensions.clone());
  }

  @Override
  protected List<Object> settings() {
    return List.of(Arrays.stream(dimensions).boxed().toList());
  }

  @Override
  protected FunctionVertex copy() {
    return new SharedParameter(dimensions);
  }

  /** With 0 times the input's sum, which gives the input a gradient: none. */
  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return Objects.requireNonNull(parameters.get(WHOLE)).add(inputs[0].sum().mul(0));
  }

  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {1, 1};
  }
}
