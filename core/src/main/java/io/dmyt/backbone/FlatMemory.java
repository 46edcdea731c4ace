package io.dmyt.backbone;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory behind a network's parameters as the host sees it, which a file's values can be read
 * into: by way of arrays each of them is copied twice more, which takes ten times as long.
 */
final class FlatMemory {
  private final DataBuffer whole;
  private final @Nullable FloatBuffer values;

  private FlatMemory(DataBuffer whole, @Nullable FloatBuffer values) {
    this.whole = whole;
    this.values = values;
  }

  /** Of parameters that are no floats, or more than a buffer holds, nothing can be had. */
  static FlatMemory of(INDArray parameters) {
    DataBuffer whole = whole(parameters);
    boolean usable =
        whole.dataType() == DataType.FLOAT && whole.length() <= Integer.MAX_VALUE / Float.BYTES;
    return new FlatMemory(whole, usable ? whole.asNioFloat() : null);
  }

  /** The values of a view on the parameters, or null if they can't be had in row-major order. */
  @Nullable FloatBuffer floats(INDArray view) {
    return values != null && rowMajor(view) && whole(view) == whole
        ? values.slice(Math.toIntExact(view.offset()), Math.toIntExact(view.length()))
        : null;
  }

  /** To be called after the last write, for a backend that keeps a copy elsewhere. */
  void written() {
    Nd4j.getAffinityManager().tagLocation(whole, Location.HOST);
  }

  /** Whatever ND4J calls its order, which is ambiguous where a size is 1. */
  private static boolean rowMajor(INDArray view) {
    long stride = 1;
    for (int d = view.rank() - 1; d >= 0; d--) {
      if (view.size(d) != 1 && view.stride(d) != stride) {
        return false;
      }
      stride *= view.size(d);
    }
    return true;
  }

  private static DataBuffer whole(INDArray array) {
    DataBuffer original = array.data().originalDataBuffer();
    return original == null ? array.data() : original;
  }
}
