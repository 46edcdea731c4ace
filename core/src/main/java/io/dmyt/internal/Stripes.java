package io.dmyt.internal;

import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Java's own parallel work on as many threads as native code has, and no more. */
public final class Stripes {
  private Stripes() {}

  /** How many threads a parallel section of native code called from this thread gets. */
  public static int threads() {
    return Math.max(1, NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads());
  }

  /** Does {@code body} for 0 to {@code count} − 1, on at most {@code threads} threads. */
  public static void each(long count, int threads, LongConsumer body) {
    // A parallel stream splits no further than into its elements.
    IntStream.range(0, (int) Math.min(threads, count))
        .parallel()
        .forEach(
            first -> {
              for (long i = first; i < count; i += threads) {
                body.accept(i);
              }
            });
  }
}
