package io.dmyt.internal;

/**
 * Keeps the memory of work over many batches flat. DL4J and ND4J leave small native arrays behind
 * in each batch, some 100 KB. Those whose Java objects have grown old wait for a full garbage
 * collection, which their few bytes on the heap don't bring about.
 */
public final class NativeGarbage {
  private static final int BATCHES = 100;

  private int batches;

  /** Counts a batch, and collects what many of them have left behind. */
  public void batchDone() {
    batches++;
    if (batches == BATCHES) {
      batches = 0;
      System.gc();
    }
  }
}
