package io.dmyt.cli.output;

import io.dmyt.hub.Download;
import io.dmyt.hub.RemoteFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Says what is fetched, with a progress bar where somebody watches. */
public final class DownloadLine implements Download.Progress, AutoCloseable {
  private static final int WIDTH = 96;

  private final Terminal terminal;
  private final List<String> notes;
  private @Nullable ProgressBar bar;

  public DownloadLine(Terminal terminal) {
    this(terminal, List.of());
  }

  /**
   * @param notes said when something is fetched
   */
  public DownloadLine(Terminal terminal, List<String> notes) {
    this.terminal = terminal;
    this.notes = notes;
  }

  @Override
  public void started(RemoteFile remote, Path folder) {
    terminal.say("Fetching %s to %s", remote.url(), folder);
    notes.forEach(note -> terminal.say("%s", note));
  }

  @Override
  public void received(String name, long received, OptionalLong size) {
    if (!terminal.interactive()) {
      return;
    }
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(size.orElse(-1))
              .setStyle(ProgressBarStyle.ASCII)
              .setUnit(" MB", 1_000_000)
              .showSpeed()
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
              .build();
    }
    bar.stepTo(received);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
