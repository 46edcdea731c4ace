package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.internal.NativeGarbage;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Trains a detector as the reference does, see {@link TrainingOptions}.
 *
 * <p>The best epoch is the one with the highest validation accuracy, or, where the rule has to be
 * fitted first, as with Triplet, the one with the lowest validation loss; of equals, the first.
 */
public final class Trainer {
  private final Detector detector;
  private final TrainingOptions options;
  private final NativeGarbage garbage = new NativeGarbage();

  public Trainer(Detector detector, TrainingOptions options) {
    this.detector = detector;
    this.options = options;
  }

  /**
   * Trains. The detector forgets its calibration and its fitted rule, which were fitted to other
   * weights.
   *
   * @param train batches of images [B, 3, S, S] and one-hot labels [B, C]; reset before each epoch
   *     but the first, when an iterator that shuffles gives another order
   * @param valid the same, to choose the best epoch by
   * @param saver saves the best epoch so far
   * @param monitor is told of progress
   * @return the epochs' results in their order
   * @throws IOException if the best epoch can't be saved
   * @throws DivergedException if a loss or the weights are no longer finite; what was saved before
   *     stays
   * @throws IllegalStateException if there is no batch
   */
  public List<EpochResult> fit(
      DataSetIterator train, DataSetIterator valid, CheckpointSaver saver, TrainingMonitor monitor)
      throws IOException {
    detector.forgetFitted();
    List<EpochResult> history = new ArrayList<>();
    try (TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), options)) {
      EpochResult best = null;
      for (int epoch = 0; epoch < options.epochs(); epoch++) {
        if (epoch > 0) {
          train.reset();
          valid.reset();
        }
        long start = System.nanoTime();
        step.startEpoch(epoch);
        RunningMetrics training = train(train, step, epoch, monitor);
        step.startEpoch(epoch + 1);
        monitor.validationStarted(epoch + 1);
        RunningMetrics validation = validate(valid, epoch);
        EpochResult result =
            new EpochResult(
                epoch + 1,
                options.learningRate(epoch),
                training.loss(),
                training.accuracy(),
                validation.loss(),
                validation.accuracy(),
                training.triplets(),
                (System.nanoTime() - start) / 1e9,
                best == null || better(validation, best));
        if (result.best()) {
          best = result;
          saver.save(result);
        }
        history.add(result);
        monitor.epochDone(result);
      }
    }
    return history;
  }

  private boolean better(RunningMetrics validation, EpochResult best) {
    return detector.spec().loss().rule().isFitted()
        ? validation.loss() < best.validLoss()
        : validation.accuracy() > best.validAccuracy();
  }

  private RunningMetrics train(
      DataSetIterator batches, TrainingStep step, int epoch, TrainingMonitor monitor) {
    RunningMetrics metrics = new RunningMetrics();
    monitor.epochStarted(epoch + 1, Math.max(0, total(batches)));
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      double loss = step.run(batch.getFeatures(), batch.getLabels());
      if (!Double.isFinite(loss)) {
        throw new DivergedException(
            Text.format(
                "the loss became %s in step %d of epoch %d",
                loss, metrics.batches() + 1, epoch + 1),
            options.learningRate());
      }
      int[] predictions = predict(detector, step.features());
      metrics.add(loss, batch.getLabels(), predictions, step.triplets());
      free(batches, batch);
      garbage.batchDone();
      monitor.stepDone(metrics.images(), loss, metrics.accuracy());
    }
    requireBatches(metrics, "training");
    step.publish();
    // oneDNN's ReLU makes a zero of NaN, so that a broken network can have a finite loss.
    if (!Double.isFinite(detector.graph().params().sumNumber().doubleValue())) {
      throw new DivergedException(
          Text.format("the weights are no longer finite after epoch %d", epoch + 1),
          options.learningRate());
    }
    return metrics;
  }

  private RunningMetrics validate(DataSetIterator batches, int epoch) {
    RunningMetrics metrics = new RunningMetrics();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray features = detector.features(batch.getFeatures());
      double loss =
          detector
              .loss()
              .computeScore(batch.getLabels(), features, new ActivationIdentity(), null, true);
      if (!Double.isFinite(loss)) {
        throw new DivergedException(
            Text.format("the validation loss became %s after epoch %d", loss, epoch + 1),
            options.learningRate());
      }
      metrics.add(loss, batch.getLabels(), predict(detector, features), Double.NaN);
      features.close();
      free(batches, batch);
      garbage.batchDone();
    }
    requireBatches(metrics, "validation");
    return metrics;
  }

  /** What another iterator gives may be its own still. */
  private static void free(DataSetIterator batches, DataSet batch) {
    if (batches instanceof ImageFolderIterator images) {
      images.free(batch);
    }
  }

  private static void requireBatches(RunningMetrics metrics, String what) {
    if (metrics.batches() == 0) {
      throw new IllegalStateException(
          Text.format("no batch for %s: fewer images than a batch holds?", what));
    }
  }

  /**
   * The classes by the detector's rule. One that has to be fitted, as a triplet loss's SVM, is not
   * there yet: every image then counts as the first class, as in the reference's runs: their
   * accuracies are those of a constant answer, and so are their test predictions, which no SVM was
   * asked for.
   */
  static int[] predict(Detector detector, INDArray features) {
    return detector.spec().loss().rule().isFitted()
        ? new int[Math.toIntExact(features.size(0))]
        : detector.rule().decide(features).predictions();
  }

  private static int total(DataSetIterator batches) {
    if (!(batches instanceof ImageFolderIterator images)) {
      return 0;
    }
    int all = images.files().size();
    return images.options().dropLast() ? all - all % images.batch() : all;
  }
}
