package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.VertexNodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of a map's tokens within square windows by the cosine of queries and keys, {@code
 * softmax(s · cos(Q, K) + B) V}, where s is learned and at most 100, and B comes of an MLP over the
 * relative positions' logarithms. Windows may be shifted, around the map's edges.
 *
 * <p>Liu et al., <i>Swin Transformer V2: Scaling Up Capacity and Resolution</i>, CVPR 2022.
 *
 * <p>Input: queries, keys and values one after another and without biases, [batch, size², 3 ·
 * features]. Value: [batch, size², features]. Parameters: the logarithm of s for each head, biases
 * of queries and values, and the MLP's two maps.
 */
public final class CosineWindowAttention extends WindowedAttention {
  private static final long serialVersionUID = 1;

  private static final int HIDDEN = 512;
  private static final double LARGEST = Math.log(100);
  private static final double TINY = 1e-24;

  private static final String SCALE = "logit-scale";
  private static final String QUERY_BIAS = "q-bias";
  private static final String VALUE_BIAS = "v-bias";
  private static final String FIRST_WEIGHT = "cpb-mlp.0.weight";
  private static final String FIRST_BIAS = "cpb-mlp.0.bias";
  private static final String SECOND_WEIGHT = "cpb-mlp.2.weight";

  @JsonProperty("unit")
  private final int unit;

  /**
   * @param features of all heads together
   * @param size of the map, in tokens
   * @param window its height and width in tokens, a divisor of the size
   * @param shift by which windows lie further down and right
   * @param unit height and width of the window that positions are measured by: the one that the
   *     network was first trained with
   */
  public CosineWindowAttention(
      @JsonProperty("heads") int heads,
      @JsonProperty("features") int features,
      @JsonProperty("size") int size,
      @JsonProperty("window") int window,
      @JsonProperty("shift") int shift,
      @JsonProperty("unit") int unit) {
    super(heads, features, size, window, shift);
    this.unit = unit;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(
        SCALE, shape(heads, 1, 1),
        QUERY_BIAS, shape(features),
        VALUE_BIAS, shape(features),
        FIRST_WEIGHT, shape(HIDDEN, 2),
        FIRST_BIAS, shape(HIDDEN),
        SECOND_WEIGHT, shape(heads, HIDDEN));
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features, size, window, shift, unit);
  }

  @Override
  protected FunctionVertex copy() {
    return new CosineWindowAttention(heads, features, size, window, shift, unit);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = batch(inputs[0]);
    SDVariable none = graph.constant(Nd4j.zeros(inputs[0].dataType(), features));
    SDVariable biases =
        graph.concat(0, of(parameters, QUERY_BIAS), none, of(parameters, VALUE_BIAS));
    SDVariable biased = inputs[0].add(biases.reshape(1, 1, 3L * features));
    SDVariable parts = windows().split(graph, biased, batch, 3 * features);
    SDVariable queries = unit(graph, third(graph, 0, parts, batch));
    SDVariable keys = unit(graph, third(graph, 1, parts, batch));
    SDVariable largest = graph.constant(Nd4j.scalar(inputs[0].dataType(), LARGEST));
    SDVariable scale =
        graph.math().exp(graph.math().min(of(parameters, SCALE), largest)).reshape(1, heads, 1, 1);
    SDVariable scores = graph.mmul(queries, keys, false, true, false).mul(scale);
    SDVariable table = table(graph, parameters);
    return attend(graph, scores, table, third(graph, 2, parts, batch), batch);
  }

  private static SDVariable of(Map<String, SDVariable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** Vectors of length 1 in the same directions. */
  private static SDVariable unit(SameDiff graph, SDVariable vectors) {
    SDVariable squares = graph.math().square(vectors).sum(true, 3);
    SDVariable tiny = graph.constant(Nd4j.scalar(vectors.dataType(), TINY));
    return vectors.div(graph.math().sqrt(graph.math().max(squares, tiny)));
  }

  /** The biases of each relative position, between 0 and 16. */
  private SDVariable table(SameDiff graph, Map<String, SDVariable> parameters) {
    SDVariable weight = of(parameters, FIRST_WEIGHT);
    SDVariable positions =
        graph.constant(Nd4j.createFromArray(positions()).castTo(weight.dataType()));
    SDVariable hidden =
        graph
            .nn()
            .relu(
                graph
                    .mmul(positions, weight, false, true, false)
                    .add(of(parameters, FIRST_BIAS).reshape(1, HIDDEN)),
                0);
    SDVariable mapped = graph.mmul(hidden, of(parameters, SECOND_WEIGHT), false, true, false);
    return graph.nn().sigmoid(mapped).mul(16);
  }

  /** Rows and columns of each relative position, as logarithms; single precision, as in timm. */
  private float[][] positions() {
    int side = 2 * window - 1;
    float[][] all = new float[side * side][];
    for (int i = 0; i < all.length; i++) {
      all[i] = new float[] {position(i / side), position(i % side)};
    }
    return all;
  }

  private float position(int index) {
    double at = 8.0 * (index - window + 1) / (unit - 1);
    return (float) (Math.signum(at) * Math.log(Math.abs(at) + 1) / Math.log(8));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int biases =
        nodes.add(
            new Operation.Concat(2),
            vector(nodes, QUERY_BIAS),
            nodes.add(new Operation.Constant(shape(1, 1, features), new double[features])),
            vector(nodes, VALUE_BIAS));
    int biased = nodes.add(new Operation.Sum(), nodes.input(), biases);
    Windows windows = windows();
    int parts = windows.split(nodes, biased, 3 * features);
    List<Integer> thirds = thirds(nodes, parts);
    int queries = nodes.add(new Operation.Product(), unit(nodes, thirds.get(0)), scales(nodes));
    List<Integer> reads = List.of(queries, unit(nodes, thirds.get(1)), thirds.get(2));
    return windows.attend(nodes, new Operation.Attention(heads, 1), reads, table(nodes), features);
  }

  private static int vector(VertexNodes nodes, String name) {
    Parameter flat = nodes.vector(name);
    long length = flat.length();
    return nodes.add(
        new Operation.Weight(nodes.parameter(name, shape(1, 1, length), shape(length, length, 1))));
  }

  private int unit(VertexNodes nodes, int vectors) {
    long tokens = windows().tokens();
    List<Long> each = List.of(0L, tokens * heads, (long) features / heads);
    List<Long> all = List.of(0L, tokens, (long) features);
    int split = nodes.add(new Operation.Reshape(each), vectors);
    int unit = nodes.add(new Operation.UnitLength(Math.sqrt(TINY)), split);
    return nodes.add(new Operation.Reshape(all), unit);
  }

  /** Each feature's factor, [1, 1, features]: the smaller of two is one less what it is above. */
  private int scales(VertexNodes nodes) {
    Operation distance = new Operation.Elementwise(ElementwiseFunction.LINEAR, -1, LARGEST);
    Operation positive = new Operation.Elementwise(ElementwiseFunction.RELU);
    int below = nodes.add(positive, nodes.add(distance, vector(nodes, SCALE)));
    int factors =
        nodes.add(new Operation.Elementwise(ElementwiseFunction.EXP), nodes.add(distance, below));
    int[] ofFeatures = new int[features];
    Arrays.setAll(ofFeatures, feature -> feature / (features / heads));
    return nodes.add(new Operation.Gather(2, ofFeatures), factors);
  }

  /** The biases of each relative position, [heads, positions]. */
  private int table(VertexNodes nodes) {
    float[][] positions = positions();
    double[] flat = new double[2 * positions.length];
    Arrays.setAll(flat, i -> positions[i / 2][i % 2]);
    int constant = nodes.add(new Operation.Constant(shape(1, positions.length, 2), flat));
    int first =
        nodes.add(
            new Operation.Dense(nodes.parameter(FIRST_WEIGHT), nodes.vector(FIRST_BIAS)), constant);
    int hidden = nodes.add(new Operation.Elementwise(ElementwiseFunction.RELU), first);
    int mapped = nodes.add(new Operation.Dense(nodes.parameter(SECOND_WEIGHT), null), hidden);
    int shares = nodes.add(new Operation.Elementwise(ElementwiseFunction.SIGMOID), mapped);
    int biases = nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 16, 0), shares);
    int byHead = nodes.add(new Operation.Permute(List.of(0, 2, 1)), biases);
    return nodes.add(new Operation.Reshape(List.of((long) heads, -1L)), byHead);
  }
}
