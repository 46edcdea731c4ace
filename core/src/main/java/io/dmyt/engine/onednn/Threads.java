package io.dmyt.engine.onednn;

import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads compute. ND4J and oneDNN share one OpenMP, which keeps the number for each
 * calling thread; a primitive may not run on more threads than it was created for.
 */
final class Threads {
  private final int count;

  /**
   * @param count OpenMP's, for every call whatever thread it comes from, or 0 for ND4J's number
   */
  Threads(int count) {
    this.count = count > 0 ? count : ops().ompGetMaxThreads();
  }

  private static NativeOps ops() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }

  int count() {
    return count;
  }

  /** To be called before oneDNN is. */
  void use() {
    ops().setOmpNumThreads(count);
  }
}
