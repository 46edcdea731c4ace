package io.dmyt.internal;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers that arrays are multiplied with again and again. ND4J makes an array of a number at every
 * call, which on a GPU is a copy to the device each time; these are made once. Not thread-safe.
 */
public final class HeldNumbers {
  private static final int MOST = 64;

  private record Key(double value, DataType type) {}

  private final Map<Key, INDArray> held = new HashMap<>();

  /** Multiplies an array by a number, in place. */
  public void multiply(INDArray array, double number) {
    Nd4j.exec(new MulOp(array, held(array, number), array));
  }

  /** An array times a number. */
  public INDArray product(INDArray array, double number) {
    INDArray product = array.ulike();
    Nd4j.exec(new MulOp(array, held(array, number), product));
    return product;
  }

  @SuppressWarnings("try") // The workspace is only to be left.
  private INDArray held(INDArray array, double number) {
    Key key = new Key(number, array.dataType());
    INDArray there = held.get(key);
    if (there == null) {
      if (held.size() == MOST) {
        held.clear(); // A number that is new in each step must not fill the memory.
      }
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        there = Nd4j.scalar(key.type, number);
      }
      held.put(key, there);
    }
    return there;
  }
}
