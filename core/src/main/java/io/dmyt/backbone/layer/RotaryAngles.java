package io.dmyt.backbone.layer;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * By which angles a {@link RotaryEmbedding} turns.
 *
 * @param temperature T: in each direction the angles' frequencies fall from 1 towards 1/T
 * @param grid side of the map that positions are counted on, whatever the map's; 0 for the map's
 *     own
 * @param offset added to each position
 * @param columnsFirst whether the first half of the pairs goes with the column, not with the row
 * @param halves whether a pair's features lie half of a head's features apart, not side by side,
 *     and positions are those of the tokens' middles between −1 and 1, in turns of a full circle
 */
public record RotaryAngles(
    @JsonProperty("temperature") double temperature,
    @JsonProperty("grid") int grid,
    @JsonProperty("offset") double offset,
    @JsonProperty("columnsFirst") boolean columnsFirst,
    @JsonProperty("halves") boolean halves)
    implements Serializable {

  /**
   * The angles, 0 for tokens before the map: [tokens][pairs].
   *
   * @param side of the map
   * @param pairs of a head's features
   */
  double[][] of(int leading, int side, int pairs) {
    int frequencies = pairs / 2;
    double[][] angles = new double[leading + side * side][pairs];
    for (int t = 0; t < side * side; t++) {
      double row = position(t / side, side);
      double column = position(t % side, side);
      for (int k = 0; k < frequencies; k++) {
        double frequency = Math.pow(temperature, -(double) k / frequencies);
        double[] token = angles[leading + t];
        token[k] = (columnsFirst ? column : row) * frequency;
        token[frequencies + k] = (columnsFirst ? row : column) * frequency;
      }
    }
    return angles;
  }

  private double position(int index, int side) {
    if (halves) {
      return 2 * Math.PI * (2 * (index + 0.5) / side - 1);
    }
    double position = index + offset;
    return grid == 0 ? position : position / side * grid;
  }
}
