package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Provenance;
import io.dmyt.cli.output.Terminal;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.EpochResult;
import io.dmyt.training.TrainingRun;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** A run's folder as a training's output, and in it the page about the epochs. */
final class RunFiles implements TrainingOutput {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TrainingRun run;
  private final Terminal terminal;
  private final BackgroundPage page;

  RunFiles(TrainingRun run, Terminal terminal) {
    this.run = run;
    this.terminal = terminal;
    page = new BackgroundPage(run.folder().resolve("history.html"));
  }

  @Override
  public CheckpointSaver saver(Detector detector, Function<EpochResult, Provenance> provenance) {
    return new CheckpointSaver() {
      @Override
      public boolean wants(EpochResult result, List<EpochResult> before) {
        return run.wants(result, before);
      }

      @Override
      public void save(EpochResult result) throws IOException {
        detector.setProvenance(provenance.apply(result));
        run.save(result);
      }
    };
  }

  /** The table has been written with the state. */
  @Override
  public void writeHistory(List<EpochResult> epochs, Supplier<String> html) {
    page.draw(html);
  }

  @Override
  public Checkpoints checkpoints() {
    return run;
  }

  @Override
  public void close() throws IOException {
    String problem = page.finish(PATIENCE);
    if (problem != null) {
      terminal.say("%s is not up to date: %s", page.file(), problem);
    }
  }
}
