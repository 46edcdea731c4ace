package io.dmyt.cli.output;

import io.dmyt.data.BadImageException;
import io.dmyt.evaluation.embedding.Embedder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Shows how far the computation of embeddings is, and what was left out. */
public final class EmbeddingMonitor implements Embedder.Monitor {
  private final Terminal terminal;
  private @Nullable ProgressLine line;

  public EmbeddingMonitor(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void started(String task, int samples) {
    line = new ProgressLine(terminal, task, samples);
  }

  @Override
  public void progress(int done) {
    Objects.requireNonNull(line).at(done);
  }

  @Override
  public void finished() {
    Objects.requireNonNull(line).close();
  }

  @Override
  public void embedded(int samples, List<BadImageException> bad, int cached) {
    terminal.sayBad(bad);
    if (cached > 0) {
      terminal.say("cache        %d of %d embeddings computed before", cached, samples);
    }
  }
}
