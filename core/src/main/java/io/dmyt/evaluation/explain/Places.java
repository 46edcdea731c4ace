package io.dmyt.evaluation.explain;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where in the image the places of a feature map are: a map [B, C, H, W], or tokens [B, T, C] in
 * rows behind some that stand for no place, such as a class token.
 *
 * @param leading tokens that stand for no place; -1 for a map
 */
record Places(int leading, int height, int width) {
  private static final int MAP = -1;

  /** More tokens than any network has before those of the image. */
  private static final int MOST_LEADING = 16;

  /**
   * The places of a value, or null if it has none.
   *
   * @param patches height and width of the image in tokens where the network first makes some of
   *     it; null if it never does
   */
  static @Nullable Places of(INDArray value, int @Nullable [] patches) {
    if (value.rank() == 4) {
      return new Places(MAP, Math.toIntExact(value.size(2)), Math.toIntExact(value.size(3)));
    }
    if (value.rank() != 3 || patches == null) {
      return null;
    }
    long tokens = value.size(1);
    long leading = tokens - (long) patches[0] * patches[1];
    if (leading >= 0 && leading <= MOST_LEADING) {
      return new Places((int) leading, patches[0], patches[1]);
    }
    // Fewer than at first: they were merged, each side by the same factor.
    int factor = (int) Math.round(Math.sqrt((double) patches[0] * patches[1] / tokens));
    int height = patches[0] / factor;
    int width = patches[1] / factor;
    return (long) height * width == tokens ? new Places(0, height, width) : null;
  }

  int count() {
    return height * width;
  }

  /** Whether the value is a map as it is. */
  boolean isMap() {
    return leading == MAP;
  }

  /** A value with these places, or its gradient, as [B, C, H, W]. */
  INDArray map(INDArray value) {
    if (isMap()) {
      return value;
    }
    return value
        .get(NDArrayIndex.all(), NDArrayIndex.interval(leading, value.size(1)), NDArrayIndex.all())
        .permute(0, 2, 1)
        .dup('c')
        .reshape(value.size(0), value.size(2), height, width);
  }
}
