package io.dmyt.benchmarks;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Keeps a side at its steps, one after the other, until stopped. */
final class Neighbour {
  private final SideProcess process;
  private final CountDownLatch started = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "neighbour");
  private volatile boolean stopped;
  private volatile @Nullable IOException failure;

  /** Starts; its first step has begun when this returns, to within the time that a line takes. */
  Neighbour(SideProcess process) {
    this.process = process;
    thread.start();
    try {
      started.await();
    } catch (InterruptedException e) {
      stopped = true;
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopped) {
        started.countDown();
        process.step();
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Waits for the end of the step that is under way.
   *
   * @throws IOException if the process failed meanwhile
   */
  void stop() throws IOException {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
