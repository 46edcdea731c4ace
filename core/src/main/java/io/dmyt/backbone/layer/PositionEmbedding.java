package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import io.dmyt.internal.Text;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adds what is learned of each token's position.
 *
 * <p>Input and value: [batch, tokens, features]. Parameter: [1, tokens, features].
 */
public final class PositionEmbedding extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("tokens")
  private final int tokens;

  @JsonProperty("features")
  private final int features;

  /**
   * @param tokens how many there are
   */
  public PositionEmbedding(
      @JsonProperty("tokens") int tokens, @JsonProperty("features") int features) {
    this.tokens = tokens;
    this.features = features;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1, tokens, features));
  }

  @Override
  protected List<Object> settings() {
    return List.of(tokens, features);
  }

  @Override
  protected FunctionVertex copy() {
    return new PositionEmbedding(tokens, features);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    requireTokens(inputs[0].getShape()[1]);
    return inputs[0].add(Objects.requireNonNull(parameters.get(WHOLE)));
  }

  @Override
  public int describe(VertexNodes nodes) {
    int positions = nodes.add(new Operation.Weight(nodes.parameter(WHOLE)));
    return nodes.add(new Operation.Sum(), nodes.input(), positions);
  }

  /**
   * @throws IllegalArgumentException if there is not a position for each token
   */
  @Override
  public int[] outputSize(int height, int width) {
    requireTokens((long) height * width);
    return new int[] {height, width};
  }

  private void requireTokens(long found) {
    if (found != tokens) {
      throw new IllegalArgumentException(
          Text.format(
              "the network has embeddings for %d positions, an image of this size has %d",
              tokens, found));
    }
  }
}
