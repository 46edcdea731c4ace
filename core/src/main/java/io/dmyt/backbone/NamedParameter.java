package io.dmyt.backbone;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One entry of a network's state dict: its name and shape as timm and PyTorch have them.
 *
 * @param name for example {@code layer1.0.conv1.weight}
 * @param kind what it is
 * @param dimensions the shape, outermost dimension first; empty for a scalar
 */
public record NamedParameter(String name, Kind kind, List<Long> dimensions) {

  /** What a state dict's entry is. */
  public enum Kind {
    /** Trained by gradients. */
    TRAINABLE,
    /** A batch normalisation's running mean or variance. */
    STATISTIC,
    /** How many batches a batch normalisation has seen: a 64-bit integer, changing no result. */
    COUNTER,
    /** A table that the architecture fixes, such as a window's relative positions. */
    CONSTANT,
    /** The values of an earlier entry again: those of a module that occurs several times. */
    SHARED
  }

  static NamedParameter of(String name, Kind kind, long... shape) {
    return new NamedParameter(name, kind, Arrays.stream(shape).boxed().toList());
  }

  /** The shape, outermost dimension first; empty for a scalar. */
  public long[] shape() {
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** Whether its values are among the network's flat parameters. */
  boolean isStored() {
    return kind == Kind.TRAINABLE || kind == Kind.STATISTIC;
  }

  /** The number of values. */
  public long length() {
    return dimensions.stream().reduce(1L, Math::multiplyExact);
  }

  @Override
  public String toString() {
    return name
        + dimensions.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
