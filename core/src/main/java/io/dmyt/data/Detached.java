package io.dmyt.data;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that outlive whatever workspace the caller is in. */
final class Detached {
  private Detached() {}

  /**
   * @param values row-major, as many as the shape has; copied
   */
  @SuppressWarnings("try") // The workspace is only to be left.
  static INDArray floats(float[] values, long... shape) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return array(values, shape);
    }
  }

  /**
   * Images whose channels lie last.
   *
   * @param values row-major over [n, h, w, c], as many as the shape has; copied
   * @return the same values seen as [n, c, h, w]
   */
  @SuppressWarnings("try") // The workspace is only to be left.
  static INDArray channelsLast(float[] values, long... shape) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return array(values, shape).permute(0, 3, 1, 2);
    }
  }

  /** Frees an array that was made here. */
  static void free(INDArray array) {
    // Channels last it is a view, which can't be closed itself.
    if (!array.wasClosed() && array.data().closeable()) {
      array.data().close();
    }
  }

  /** By way of a buffer: {@code Nd4j.create(float[], ...)} copies value by value. */
  private static INDArray array(float[] values, long... shape) {
    return Nd4j.create(Nd4j.createBuffer(values), shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }
}
