package io.dmyt.engine.cuda;

import io.dmyt.engine.UnsupportedShapeException;
import io.dmyt.internal.Text;
import java.util.Arrays;

/** How a tensor's elements are spread over those of another, larger or equal one. */
enum Spread {
  /** One for one. */
  FULL("o"),
  /** A row for each example. */
  EXAMPLE("e"),
  /** A row for each place in an example. */
  POSITION("p"),
  /** One row for all. */
  CHANNEL("c");

  private final String offset;

  Spread(String offset) {
    this.offset = offset;
  }

  /** The variable of a {@link RowKernel} that says where a thread's elements lie. */
  String offset() {
    return offset;
  }

  /**
   * How {@code part} is spread over {@code whole}.
   *
   * @throws UnsupportedShapeException if kernels don't know how
   */
  static Spread of(long[] part, long[] whole) {
    int rank = whole.length;
    boolean image = rank == 4;
    int channel = image ? 1 : rank - 1;
    boolean places = true;
    boolean point = true;
    for (int d = 1; d < rank; d++) {
      if (d != channel) {
        places &= part[d] == whole[d];
        point &= part[d] == 1;
      }
    }
    boolean examples = part[0] == whole[0];
    if (part[channel] == whole[channel]) {
      if (examples && places) {
        return FULL;
      }
      if (examples && point) {
        return EXAMPLE;
      }
      if (part[0] == 1 && point) {
        return CHANNEL;
      }
      if (part[0] == 1 && places) {
        return POSITION;
      }
    }
    throw new UnsupportedShapeException(
        Text.format("%s is spread over %s", Arrays.toString(part), Arrays.toString(whole)));
  }
}
