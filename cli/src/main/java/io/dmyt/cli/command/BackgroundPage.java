package io.dmyt.cli.command;

import io.dmyt.cli.Main;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A page that a thread of its own draws and writes, so that neither a slow chart nor a failing one
 * can hold up or stop what the page is about. A page that waits gives way to a newer one.
 */
final class BackgroundPage {
  private final Path file;
  private final AtomicReference<Supplier<String>> next = new AtomicReference<>();
  private final ExecutorService drawing =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "dmyt-page");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable String problem;

  BackgroundPage(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** Has the page drawn as soon as the one before is. */
  void draw(Supplier<String> page) {
    next.set(page);
    drawing.execute(this::drawNext);
  }

  @SuppressWarnings("IllegalCatch") // Without fonts, AWT throws errors.
  private void drawNext() {
    Supplier<String> page = next.getAndSet(null);
    if (page == null) {
      return;
    }
    try {
      AtomicFile.write(file, page.get());
      problem = null;
    } catch (Exception | LinkageError e) {
      problem = Main.explain(e);
    }
  }

  /**
   * Waits until the newest page is written.
   *
   * @param patience how long at most
   * @return why it is not; null if it is
   */
  @Nullable String finish(Duration patience) {
    drawing.shutdown();
    try {
      if (!drawing.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return Text.format("drawing it takes longer than %d seconds", patience.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return problem;
  }
}
