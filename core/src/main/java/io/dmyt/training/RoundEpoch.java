package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.util.List;

/** An epoch whose steps are taken elsewhere. */
record RoundEpoch(
    StepRounds rounds,
    Detector detector,
    TrainingOptions options,
    TrainingMonitor monitor,
    Checkpoints checkpoints) {

  /** Saves what there is, or stops, if that is asked for. */
  @FunctionalInterface
  interface AfterRound {
    void done() throws IOException;
  }

  /**
   * Takes the steps that are left of the epoch.
   *
   * @param train at its place in the epoch
   * @param metrics of the epoch so far, and then of all of it
   * @param history the epochs before
   */
  void train(
      ImageFolderIterator train,
      int epoch,
      RunningMetrics metrics,
      List<EpochResult> history,
      AfterRound after)
      throws IOException {
    List<LabelledSample> order = train.order();
    int batch = train.batch();
    int end = order.size() - (train.options().dropLast() ? order.size() % batch : 0);
    int broken = 0;
    while (train.position() < end) {
      int from = train.position();
      int to = (int) Math.min(end, from + (long) batch * rounds.steps() * rounds.workers());
      double[] rates = rates(epoch, from / batch, (end + batch - 1) / batch, history);
      List<TakenStep> taken =
          rounds.take(detector, new StepRounds.Round(epoch, from, order.subList(from, to), rates));
      for (TakenStep step : taken) {
        metrics.add(step.sums());
        if (!Double.isFinite(step.loss())) {
          broken++;
          diverged(step.loss(), metrics.batches() + broken, epoch);
        }
        monitor.stepDone(metrics.images(), step.loss(), metrics.accuracy());
      }
      taken.stream()
          .mapToDouble(TakenStep::loss)
          .average()
          .ifPresent(loss -> checkpoints.stepDone(detector.graph().getIterationCount(), loss));
      train.reset(epoch, to);
      after.done();
    }
  }

  /** The learning rates of a round's steps. */
  private double[] rates(int epoch, int before, int batches, List<EpochResult> history) {
    double[] rates = new double[rounds.steps()];
    for (int i = 0; i < rates.length; i++) {
      double done = Math.min(1, (before + (double) i * rounds.workers()) / batches);
      rates[i] =
          options.rates().byEpoch()
              ? Double.NaN
              : options.learningRate(
                  epoch, done, Math.min(1, (double) rounds.workers() / batches), history);
    }
    return rates;
  }

  private void diverged(double loss, int number, int epoch) {
    if (options.step().onNan() == StepOptions.OnNan.STOP) {
      throw new DivergedException(
          Text.format(
              "the loss or its gradient became %s in step %d of epoch %d", loss, number, epoch + 1),
          options.learningRate());
    }
  }
}
