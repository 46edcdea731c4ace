package io.dmyt.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads that give up when nothing comes: HttpClient's own timeout ends with the headers. */
final class TimedReader implements AutoCloseable {
  private final InputStream body;
  private final Duration stall;
  private final ExecutorService thread;

  TimedReader(String name, InputStream body, Duration stall) {
    this.body = body;
    this.stall = stall;
    thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread reader = new Thread(task, "download " + name);
              reader.setDaemon(true);
              return reader;
            });
  }

  /**
   * As {@link InputStream#read(byte[])}.
   *
   * @throws PassingException if no byte comes in time, or the connection breaks
   */
  int read(byte[] buffer) throws IOException, InterruptedException {
    Future<Integer> read = thread.submit(() -> body.read(buffer));
    try {
      return read.get(stall.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new PassingException("no byte for " + stall.toSeconds() + " s");
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new PassingException("the connection broke: " + cause.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
