package io.dmyt.cli.command;

import io.dmyt.DetectorSpec;
import io.dmyt.cli.option.OptimizationOptions;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.training.EpochResult;
import io.dmyt.training.Selection;
import io.dmyt.training.TrainingMonitor;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows the epochs as they go by, and writes the history after each. */
final class TrainingProgress implements TrainingMonitor, AutoCloseable {
  private final Terminal terminal;
  private final DetectorSpec spec;
  private final List<EpochResult> history;
  private final TrainingOutput output;
  private final OptimizationOptions how;
  private final Function<List<EpochResult>, String> page;
  private @Nullable ProgressLine line;
  private long start;
  private double imagesPerSecond;
  private int images;

  /**
   * @param history gets each epoch
   * @param how how many epochs there will be, and by what they are compared
   * @param page makes the page about the epochs so far
   */
  TrainingProgress(
      Terminal terminal,
      DetectorSpec spec,
      List<EpochResult> history,
      TrainingOutput output,
      OptimizationOptions how,
      Function<List<EpochResult>, String> page) {
    this.terminal = terminal;
    this.spec = spec;
    this.history = history;
    this.output = output;
    this.how = how;
    this.page = page;
  }

  @Override
  public void epochStarted(int epoch, int total) {
    line = new ProgressLine(terminal, Text.format("Epoch %d/%d", epoch, how.epochs), total);
    start = System.nanoTime();
  }

  @Override
  public void stepDone(int done, double loss, double accuracy) {
    images = done;
    Objects.requireNonNull(line)
        .at(done, Text.format("loss %.4f%s", loss, accuracy(spec, accuracy)));
  }

  @Override
  public void validationStarted(int epoch) {
    imagesPerSecond = images / ((System.nanoTime() - start) / 1e9);
    close();
  }

  @Override
  public void epochDone(EpochResult e) {
    history.add(e);
    terminal.print(
        "epoch %2d  train: loss %.4f%s  valid: loss %.4f%s%s  (%.1f s, %.1f images/s)%s",
        e.epoch(),
        e.trainLoss(),
        accuracy(spec, e.trainAccuracy()),
        e.validLoss(),
        accuracy(spec, e.validAccuracy()),
        compared(how.bestBy, e.score()),
        e.seconds(),
        imagesPerSecond,
        e.best() ? "  best so far, kept" : "");
    try {
      List<EpochResult> soFar = List.copyOf(history);
      output.writeHistory(soFar, () -> page.apply(soFar));
    } catch (IOException ex) {
      throw new java.io.UncheckedIOException(ex);
    }
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
      line = null;
    }
  }

  /** By what epochs are compared, where that is neither the loss nor the accuracy. */
  static String compared(Selection.By by, double score) {
    return switch (by) {
      case REFERENCE, ACCURACY, LOSS -> "";
      case BALANCED_ACCURACY -> ", balanced accuracy " + Numbers.percent(score, 2);
      case AUC -> Text.format(", ROC AUC %.4f", score);
      case VIDEO_AUC -> Text.format(", ROC AUC by video %.4f", score);
      case EER -> ", equal error rate " + Numbers.percent(-score, 2);
    };
  }

  /** Nothing where the rule has to be fitted first, as with Triplet: there is no accuracy yet. */
  static String accuracy(DetectorSpec spec, double share) {
    return spec.loss().rule().isFitted() ? "" : ", accuracy " + Numbers.percent(share, 2);
  }
}
