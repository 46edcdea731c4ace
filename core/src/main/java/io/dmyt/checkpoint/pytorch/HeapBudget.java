package io.dmyt.checkpoint.pytorch;

/**
 * Bounds what a pickle's values take on the heap: a small file can ask for large ones, and a large
 * one for more than there is.
 */
final class HeapBudget {
  /** About what an empty list or dict, a tuple or a boxed number takes, in bytes. */
  static final int OBJECT = 48;

  /** A slot in a list. */
  static final int SLOT = 8;

  private static final long MOST = 2L << 30;

  private final long bytes;
  private long left;

  HeapBudget(long bytes) {
    this.bytes = bytes;
    this.left = bytes;
  }

  /** Half of what this JVM may use, 2 GB at most. */
  static HeapBudget ofThisMachine() {
    return new HeapBudget(Math.min(MOST, Runtime.getRuntime().maxMemory() / 2));
  }

  /** Takes so many bytes; false if they are no longer there. */
  boolean take(long amount) {
    left -= amount;
    return left >= 0;
  }

  /** All of it, in MB. */
  long megabytes() {
    return bytes >> 20;
  }
}
