package io.dmyt.cli.command;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM as a request: while it is open, the process ends only once this has been
 * closed, with the exit code that belongs to the signal, 130 or 143.
 */
final class StopRequest implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "dmyt-stop");
  private volatile boolean requested;

  StopRequest() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** In the thread that the JVM starts when a signal has come. */
  private void request() {
    requested = true;
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean requested() {
    return requested;
  }

  @Override
  public void close() {
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // A signal came just now: the hook goes on as soon as it may.
      }
    }
    done.countDown();
  }
}
