package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;

/** What a worker does in a round of {@link StepRounds}. */
public final class RoundWorker {
  private RoundWorker() {}

  /**
   * Takes a step on each batch that there is.
   *
   * @param detector whose network is changed; it has the optimiser's state and the count of steps
   * @param epoch counted from 0
   * @param rates the learning rate of each step; NaN for the schedule's
   */
  public static List<TakenStep> run(
      Detector detector,
      TrainingOptions options,
      ImageFolderIterator batches,
      int epoch,
      double[] rates) {
    List<TakenStep> taken = new ArrayList<>();
    try (TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), options)) {
      step.startEpoch(epoch);
      while (taken.size() < rates.length && batches.hasNext()) {
        DataSet batch = batches.next();
        if (!Double.isNaN(rates[taken.size()])) {
          step.setRate(rates[taken.size()]);
        }
        double loss = step.run(batch.getFeatures(), batch.getLabels());
        RunningMetrics metrics = new RunningMetrics();
        if (Double.isFinite(loss)) {
          int[] predictions = Trainer.predict(detector, step.features());
          metrics.add(loss, batch.getLabels(), predictions, step.mined());
        }
        taken.add(new TakenStep(loss, metrics.sums()));
        batches.free(batch);
      }
      step.finish();
      step.publish();
    }
    return taken;
  }

  /**
   * Fails where a training can't be taken in rounds.
   *
   * @throws IllegalArgumentException then
   */
  static void require(TrainingOptions options) {
    StepOptions step = options.step();
    if (step.accumulate() > 1 || step.average() > 0 || step.autoBatch()) {
      throw new IllegalArgumentException(
          "accumulated batches, batches in parts and a moving average of the weights don't go with"
              + " rounds of steps");
    }
  }
}
