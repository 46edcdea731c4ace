package io.dmyt.checkpoint;

import java.util.List;
import java.util.function.Function;

/**
 * A tensor that is made of others of its set.
 *
 * @param type what comes out
 * @param from the names of what goes in
 * @param value makes it of those, in this order
 */
public record DerivedTensor(
    TensorType type, List<String> from, Function<List<Tensor>, Tensor> value) {
  /** Copies the list. */
  public DerivedTensor {
    from = List.copyOf(from);
  }

  /** The tensor itself under another name, in a shape of as many elements. */
  public static DerivedTensor renamed(String from, TensorType type) {
    long[] shape = type.shape().stream().mapToLong(Long::longValue).toArray();
    return new DerivedTensor(type, List.of(from), t -> t.get(0).reshape(shape));
  }
}
