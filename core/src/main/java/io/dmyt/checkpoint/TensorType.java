package io.dmyt.checkpoint;

import java.util.Arrays;
import java.util.List;

/**
 * What a tensor is, without its values.
 *
 * @param dtype the type of its elements
 * @param shape the sizes, outermost dimension first; empty for a scalar
 */
public record TensorType(DType dtype, List<Long> shape) {
  public TensorType {
    shape = List.copyOf(shape);
  }

  /**
   * A type.
   *
   * @param shape the sizes, outermost dimension first; none for a scalar
   */
  public static TensorType of(DType dtype, long... shape) {
    return new TensorType(dtype, Arrays.stream(shape).boxed().toList());
  }

  /**
   * The number of elements; {@link Long#MAX_VALUE} if there are more, as a damaged file may say.
   */
  public long length() {
    if (shape.contains(0L)) {
      return 0;
    }
    return shape.stream().reduce(1L, (a, b) -> a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b);
  }

  /** As in {@code F32[64, 3, 7, 7]}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
