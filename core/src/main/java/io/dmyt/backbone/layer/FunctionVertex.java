package io.dmyt.backbone.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnoreProperties;

/**
 * A vertex that computes a differentiable function of its inputs and its parameters.
 *
 * <p>Unlike DL4J's own {@code SameDiffVertex} it knows the shapes of its inputs when it defines the
 * function, takes inputs of any rank, and takes new shapes at any time. Masks pass through it
 * unused. Settings are the fields of the subclass, which a constructor with {@code @JsonProperty}
 * parameters sets, so that a saved graph opens again.
 */
@JsonIgnoreProperties({"vertexParams", "name"})
public abstract class FunctionVertex extends SameDiffVertex {
  private static final long serialVersionUID = 1;

  /** The name of a parameter that is the whole module in the state dict. */
  public static final String WHOLE = "value";

  /** The parameter that DL4J may have learn in another way than the others. */
  private static final String BIAS = "bias";

  /** How many inputs it takes; 1 unless overridden. */
  protected int inputs() {
    return 1;
  }

  /**
   * Its parameters' shapes by their names, in the order of the state dict; none unless overridden.
   */
  public Map<String, long[]> parameterShapes() {
    return Map.of();
  }

  /** Everything that two equal vertices agree in, in a fixed order; nothing unless overridden. */
  protected List<Object> settings() {
    return List.of();
  }

  /** A new vertex with the same settings. */
  protected abstract FunctionVertex copy();

  /**
   * Defines the function, as training has it.
   *
   * @param graph to define it in
   * @param inputs with their shapes
   * @param parameters by their names
   * @return the value
   */
  protected abstract SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters);

  /**
   * Defines what is computed in inference: the same as in training unless overridden.
   *
   * @param graph to define it in
   * @param inputs with their shapes
   * @param parameters by their names
   * @return the value
   */
  protected SDVariable defineInference(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    return define(graph, inputs, parameters);
  }

  /**
   * The height and width of the value for inputs of that height and width; the same unless
   * overridden. Values without height and width count as 1 × 1.
   *
   * @param height in pixels
   * @param width in pixels
   * @return height and width in pixels
   */
  public int[] outputSize(int height, int width) {
    return new int[] {height, width};
  }

  /**
   * The multiply-adds of one example, of which additions without multiplication count nothing.
   *
   * @param height of the value in pixels
   * @param width of the value in pixels
   */
  public long multiplyAdds(int height, int width) {
    return 0;
  }

  @Override
  public final SDVariable defineVertex(
      SameDiff graph,
      Map<String, SDVariable> inputs,
      Map<String, SDVariable> parameters,
      Map<String, SDVariable> masks) {
    return define(graph, inputs.values().toArray(SDVariable[]::new), parameters);
  }

  @Override
  public final void defineParametersAndInputs(SDVertexParams params) {
    String[] names = new String[inputs()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "input" + i;
    }
    params.defineInputs(names);
    parameterShapes()
        .forEach(
            (key, shape) -> {
              if (key.equals(BIAS)) {
                params.addBiasParam(key, shape);
              } else {
                params.addWeightParam(key, shape);
              }
            });
  }

  /** Leaves them as they are: the network's builder draws them. */
  @Override
  public final void initializeParameters(Map<String, INDArray> params) {}

  @Override
  public int minVertexInputs() {
    return inputs();
  }

  @Override
  public int maxVertexInputs() {
    return inputs();
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    setName(name);
    return new FunctionGraphVertex(this, graph, name, index, parameters, type);
  }

  /** Unknown: networks with such vertices are built with sizes of their own. */
  @Override
  public InputType getOutputType(int layerIndex, InputType... inputTypes) {
    return inputTypes[0];
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return Pair.of(masks == null || masks.length == 0 ? null : masks[0], state);
  }

  @Override
  public final FunctionVertex clone() {
    FunctionVertex copy = copy();
    copy.setName(getName());
    copy.setRegularization(getRegularization());
    copy.setRegularizationBias(getRegularizationBias());
    copy.setUpdater(getUpdater() == null ? null : getUpdater().clone());
    copy.setBiasUpdater(getBiasUpdater() == null ? null : getBiasUpdater().clone());
    copy.setGradientNormalization(getGradientNormalization());
    copy.setGradientNormalizationThreshold(getGradientNormalizationThreshold());
    copy.setDataType(getDataType());
    return copy;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof FunctionVertex that
        && that.getClass() == getClass()
        && that.settings().equals(settings());
  }

  @Override
  public final int hashCode() {
    return 31 * getClass().hashCode() + settings().hashCode();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + settings();
  }

  /** A map that keeps the order of its entries: names and shapes in turns. */
  static Map<String, long[]> shapes(Object... namesAndShapes) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int i = 0; i < namesAndShapes.length; i += 2) {
      shapes.put((String) namesAndShapes[i], (long[]) namesAndShapes[i + 1]);
    }
    return shapes;
  }

  static long[] shape(long... dimensions) {
    return dimensions;
  }
}
