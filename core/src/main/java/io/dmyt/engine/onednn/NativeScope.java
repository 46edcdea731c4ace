package io.dmyt.engine.onednn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Owns native handles and frees them, last created first, when closed. Closing twice is harmless.
 * The handles are kept apart from the objects that use them, so that a {@link
 * java.lang.ref.Cleaner} can close a scope whose owner was forgotten.
 */
final class NativeScope implements AutoCloseable, Runnable {
  private final Deque<Runnable> releases = new ArrayDeque<>();
  private boolean closed;

  /** Takes ownership of {@code handle}, to be freed by {@code release}. */
  synchronized <P> P own(P handle, Consumer<P> release) {
    if (closed) {
      release.accept(handle);
      throw new IllegalStateException("the native scope is closed");
    }
    releases.push(() -> release.accept(handle));
    return handle;
  }

  synchronized boolean closed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }

  @Override
  public void run() {
    close();
  }
}
