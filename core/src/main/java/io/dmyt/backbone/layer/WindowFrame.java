package io.dmyt.backbone.layer;

import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The map of tokens that windows fill around a map that they don't fill: when both have been moved
 * up and left by the shift, around their edges, the one lies in the upper left of the other.
 */
abstract class WindowFrame extends TokenVertex {
  private static final long serialVersionUID = 1;

  @JsonProperty("size")
  final int size;

  @JsonProperty("window")
  final int window;

  @JsonProperty("shift")
  final int shift;

  WindowFrame(int size, int window, int shift) {
    this.size = size;
    this.window = window;
    this.shift = shift;
  }

  @Override
  protected final List<Object> settings() {
    return List.of(size, window, shift);
  }

  /** Height and width of the larger map in tokens. */
  final int padded() {
    return (size + window - 1) / window * window;
  }

  /** Where in the larger map each token of the smaller one is, [size²]. */
  final int[] places() {
    int[] places = new int[size * size];
    for (int i = 0; i < places.length; i++) {
      places[i] = moved(i / size) * padded() + moved(i % size);
    }
    return places;
  }

  private int moved(int at) {
    return ((at + size - shift) % size + shift) % padded();
  }
}
