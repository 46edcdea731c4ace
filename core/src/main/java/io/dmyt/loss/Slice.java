package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The half-open interval of an embedding's positions on which a dummy is one.
 *
 * @param from the first position, from 0
 * @param to the position after the last, above {@code from}
 */
public record Slice(@JsonProperty("from") int from, @JsonProperty("to") int to)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if the interval is empty or starts below 0
   */
  @JsonCreator
  public Slice {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(
          Text.format("a dummy needs at least one position, from 0 on: [%d, %d)", from, to));
    }
  }

  /** How many positions it covers. */
  public int length() {
    return to - from;
  }
}
