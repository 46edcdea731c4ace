package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A feature map's pixels as tokens, patch by patch, with what is learned of each pixel's position
 * in its patch.
 *
 * <p>Han et al., <i>Transformer in Transformer</i>, NeurIPS 2021.
 *
 * <p>Input: [batch, channels, height, width], multiples of the patch's side. Value: [batch, height
 * · width, channels]. Parameter: [1, channels, patch, patch].
 */
public final class PatchPixels extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  @JsonProperty("channels")
  private final int channels;

  @JsonProperty("patch")
  private final int patch;

  /**
   * @param patch height and width in pixels
   */
  public PatchPixels(@JsonProperty("channels") int channels, @JsonProperty("patch") int patch) {
    this.channels = channels;
    this.patch = patch;
  }

  @Override
  public Map<String, long[]> parameterShapes() {
    return shapes(WHOLE, shape(1, channels, patch, patch));
  }

  @Override
  protected List<Object> settings() {
    return List.of(channels, patch);
  }

  @Override
  protected FunctionVertex copy() {
    return new PatchPixels(channels, patch);
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    long rows = shape[2] / patch;
    long columns = shape[3] / patch;
    long pixels = (long) patch * patch;
    SDVariable positions =
        Objects.requireNonNull(parameters.get(WHOLE))
            .reshape(channels, pixels)
            .permute(1, 0)
            .reshape(1, 1, pixels, channels);
    return inputs[0]
        .reshape(shape[0], channels, rows, patch, columns, patch)
        .permute(0, 2, 4, 3, 5, 1)
        .reshape(shape[0], rows * columns, pixels, channels)
        .add(positions)
        .reshape(shape[0], rows * columns * pixels, channels);
  }

  @Override
  public int describe(VertexNodes nodes) {
    long pixels = (long) patch * patch;
    long all = pixels * channels;
    int squares = nodes.add(new Operation.SpaceToDepth(patch), nodes.input());
    int flat = nodes.add(new Operation.Reshape(List.of(0L, all, -1L)), squares);
    int patches = nodes.add(new Operation.Permute(List.of(0, 2, 1)), flat);
    long[] dims = shape(1, pixels, channels);
    int position =
        nodes.add(new Operation.Weight(nodes.parameter(WHOLE, dims, shape(all, 1, pixels))));
    int row = nodes.add(new Operation.Reshape(List.of(1L, 1L, all)), position);
    int placed = nodes.add(new Operation.Sum(), patches, row);
    return nodes.add(new Operation.Reshape(List.of(0L, -1L, (long) channels)), placed);
  }

  /** Tokens count as the height. */
  @Override
  public int[] outputSize(int height, int width) {
    return new int[] {height * width, 1};
  }

  @Override
  public int inputRank() {
    return 4;
  }
}
