package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adds to each token of a map a linear map of sines and cosines of its row and column, at
 * frequencies from one turn over the whole map down.
 *
 * <p>El-Nouby et al., <i>XCiT: Cross-Covariance Image Transformers</i>, NeurIPS 2021.
 *
 * <p>Input and value: [batch, side², features]. Parameters: {@code token-projection.weight}
 * [features, 64, 1, 1] and {@code token-projection.bias} [features].
 */
public final class FourierPositions extends TokenVertex {
  private static final long serialVersionUID = 1;
  private static final String WEIGHT = "token-projection.weight";
  private static final String BIAS = "token-projection.bias";

  /** Of a row or a column. */
  private static final int WAVES = 32;

  private static final double SLOWEST = 10_000;
  private static final double EPS = 1e-6;

  @JsonProperty("side")
  private final int side;

  @JsonProperty("features")
  private final int features;

  /**
   * @param side height and width of the map in tokens
   */
  public FourierPositions(@JsonProperty("side") int side, @JsonProperty("features") int features) {
    this.side = side;
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WEIGHT, shape(features, 2 * WAVES, 1, 1), BIAS, shape(features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(side, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new FourierPositions(side, features);
  }

  /** Sines and cosines of each token's row and, behind them, of its column. */
  private double[][] waves() {
    double[][] waves = new double[side * side][2 * WAVES];
    for (int token = 0; token < waves.length; token++) {
      for (int i = 0; i < WAVES; i++) {
        waves[token][i] = wave(token / side, i);
        waves[token][WAVES + i] = wave(token % side, i);
      }
    }
    return waves;
  }

  private double wave(int at, int i) {
    double turn = 2 * Math.PI * (at + 1) / (side + EPS);
    int pair = i / 2;
    double angle = turn / Math.pow(SLOWEST, 2.0 * pair / WAVES);
    return i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    SDVariable waves = graph.constant(Nd4j.createFromArray(waves()).castTo(inputs[0].dataType()));
    SDVariable weight =
        Objects.requireNonNull(parameters.get(WEIGHT)).reshape(features, 2L * WAVES);
    SDVariable positions =
        graph
            .mmul(waves, weight, false, true, false)
            .add(Objects.requireNonNull(parameters.get(BIAS)).reshape(1, features));
    return inputs[0].add(positions.reshape(1, (long) side * side, features));
  }

  @Override
  public int describe(VertexNodes nodes) {
    double[] waves = Stream.of(waves()).flatMapToDouble(DoubleStream::of).toArray();
    int constant =
        nodes.add(new Operation.Constant(shape(1, (long) side * side, 2L * WAVES), waves));
    int positions =
        nodes.add(
            new Operation.Dense(
                nodes.parameter(WEIGHT, shape(features, 2L * WAVES), shape(2L * WAVES, 1)),
                nodes.vector(BIAS)),
            constant);
    return nodes.add(new Operation.Sum(), nodes.input(), positions);
  }
}
