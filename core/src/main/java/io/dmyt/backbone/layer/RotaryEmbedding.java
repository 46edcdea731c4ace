package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Turns pairs of each head's queries and keys by angles that grow with a token's row and column in
 * a square map; the values, and tokens before the map, stay.
 *
 * <p>Su et al., <i>RoFormer: Enhanced Transformer with Rotary Position Embedding</i>, 2021; in two
 * dimensions Fang et al., <i>EVA-02</i>, 2023, and Siméoni et al., <i>DINOv3</i>, 2025.
 *
 * <p>Input and value: queries, keys and values one after another, [batch, tokens, 3 · features].
 */
public final class RotaryEmbedding extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("heads")
  private final int heads;

  @JsonProperty("features")
  private final int features;

  @JsonProperty("leading")
  private final int leading;

  @JsonProperty("side")
  private final int side;

  @JsonProperty("angles")
  private final RotaryAngles angles;

  /**
   * @param features of all heads together
   * @param leading tokens before the map
   * @param side height and width of the map in tokens
   */
  public RotaryEmbedding(
      @JsonProperty("heads") int heads,
      @JsonProperty("features") int features,
      @JsonProperty("leading") int leading,
      @JsonProperty("side") int side,
      @JsonProperty("angles") RotaryAngles angles) {
    this.heads = heads;
    this.features = features;
    this.leading = leading;
    this.side = side;
    this.angles = angles;
  }

  @Override
  protected List<Object> settings() {
    return List.of(heads, features, leading, side, angles);
  }

  @Override
  protected FunctionVertex copy() {
    return new RotaryEmbedding(heads, features, leading, side, angles);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    int batch = batch(inputs[0]);
    int tokens = (int) inputs[0].getShape()[1];
    int pairs = features / heads / 2;
    boolean halves = angles.halves();
    int axis = halves ? 3 : 4;
    long[] shape =
        halves
            ? new long[] {batch, tokens, 2L * heads, 2, pairs}
            : new long[] {batch, tokens, 2L * heads, pairs, 2};
    SDVariable turning = part(graph, inputs[0], 0, 2 * features).reshape(shape);
    SDVariable first = partner(graph, turning, shape, axis, 0);
    SDVariable second = partner(graph, turning, shape, axis, 1);
    double[][] turns = angles.of(leading, side, pairs);
    SDVariable cos = table(graph, inputs[0], turns, halves, true);
    SDVariable sin = table(graph, inputs[0], turns, halves, false);
    SDVariable turned =
        graph
            .concat(axis, first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin)))
            .reshape(batch, tokens, 2L * features);
    return graph.concat(2, turned, part(graph, inputs[0], 2 * features, features));
  }

  private static SDVariable part(SameDiff graph, SDVariable input, int from, int count) {
    long[] shape = input.getShape();
    return graph.slice(input, new int[] {0, 0, from}, (int) shape[0], (int) shape[1], count);
  }

  /** One of each pair; shapes of what isn't an input are not known. */
  private static SDVariable partner(
      SameDiff graph, SDVariable pairs, long[] shape, int axis, int which) {
    int[] begin = new int[shape.length];
    int[] size = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    begin[axis] = which;
    size[axis] = 1;
    return graph.slice(pairs, begin, size);
  }

  private static SDVariable table(
      SameDiff graph, SDVariable like, double[][] turns, boolean halves, boolean cosine) {
    double[][] values = new double[turns.length][turns[0].length];
    for (int t = 0; t < values.length; t++) {
      for (int p = 0; p < values[t].length; p++) {
        values[t][p] = cosine ? Math.cos(turns[t][p]) : Math.sin(turns[t][p]);
      }
    }
    long tokens = turns.length;
    long pairs = turns[0].length;
    long[] shape =
        halves ? new long[] {1, tokens, 1, 1, pairs} : new long[] {1, tokens, 1, pairs, 1};
    return graph.constant(Nd4j.createFromArray(values).castTo(like.dataType()).reshape('c', shape));
  }

  @Override
  public int describe(VertexNodes nodes) {
    double[][] turns = angles.of(leading, side, features / heads / 2);
    return nodes.add(new Operation.Rotation(turns, 2 * heads, angles.halves()), nodes.input());
  }

  /**
   * @throws IllegalArgumentException if the map is of another size
   */
  @Override
  public int[] outputSize(int height, int width) {
    long expected = leading + (long) side * side;
    if ((long) height * width != expected) {
      throw new IllegalArgumentException(
          "the network's positions are those of "
              + expected
              + " tokens, an image of this size has "
              + (long) height * width);
    }
    return new int[] {height, width};
  }
}
