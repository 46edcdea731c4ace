package io.dmyt.cli.output;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar where somebody watches, and nothing where nobody does. */
public final class ProgressLine implements AutoCloseable {
  private static final int WIDTH = 96;

  private final @Nullable ProgressBar bar;

  /**
   * @param task shown before the bar
   * @param images how many there are, 0 if unknown
   */
  public ProgressLine(Terminal terminal, String task, int images) {
    bar =
        terminal.interactive()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(images > 0 ? images : -1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUnit(" img", 1)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
                .build()
            : null;
  }

  public void at(int images) {
    if (bar != null) {
      bar.stepTo(images);
    }
  }

  public void at(int images, String message) {
    if (bar != null) {
      bar.setExtraMessage(" " + message);
      bar.stepTo(images);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
