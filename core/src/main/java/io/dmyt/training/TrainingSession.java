package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.internal.NativeGarbage;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** One training from where the checkpoints begin to its end. */
final class TrainingSession {
  private final Detector detector;
  private final TrainingOptions options;
  private final TrainingStep step;
  private final ILossFunction validationLoss;
  private final DataSetIterator train;
  private final DataSetIterator valid;
  private final CheckpointSaver saver;
  private final TrainingMonitor monitor;
  private final Checkpoints checkpoints;
  private final Optional<StepRounds> rounds;
  private final List<EpochResult> history;
  private final NativeGarbage garbage = new NativeGarbage();
  private TrainingState state;
  private long start;

  /** Who gives batches, and who is told what. */
  record Partners(
      DataSetIterator train,
      DataSetIterator valid,
      CheckpointSaver saver,
      TrainingMonitor monitor,
      Checkpoints checkpoints) {}

  TrainingSession(
      Detector detector,
      TrainingOptions options,
      TrainingStep step,
      ILossFunction validationLoss,
      Partners partners,
      Optional<StepRounds> rounds) {
    this.rounds = rounds;
    this.detector = detector;
    this.options = options;
    this.step = step;
    this.validationLoss = validationLoss;
    train = partners.train;
    valid = partners.valid;
    saver = partners.saver;
    monitor = partners.monitor;
    checkpoints = partners.checkpoints;
    state = checkpoints.start();
    history = new ArrayList<>(state.history());
  }

  List<EpochResult> run() throws IOException {
    MovingAverage average = step.average();
    INDArray saved = average == null ? null : checkpoints.average();
    if (average != null && saved != null) {
      average.set(saved);
    }
    for (int epoch = state.epoch();
        epoch < options.epochs() && !options.selection().isOver(history);
        epoch++) {
      IteratorPosition.set(train, epoch, state.position());
      IteratorPosition.set(valid, epoch, 0);
      start = System.nanoTime() - (long) (1e9 * state.seconds());
      step.startEpoch(epoch);
      RunningMetrics training = train(epoch);
      step.startEpoch(epoch + 1);
      monitor.validationStarted(epoch + 1);
      history.add(judged(epoch, training));
      state = new TrainingState(epoch + 1, 0, EpochSums.NONE, 0, history);
      checkpoints.save(state, values());
      monitor.epochDone(history.get(history.size() - 1));
    }
    return history;
  }

  /** Validates, and saves the epoch if it is worth it: with the moving average, if there is one. */
  private EpochResult judged(int epoch, RunningMetrics training) throws IOException {
    MovingAverage average = step.average();
    if (average != null) {
      average.enter();
    }
    try {
      Validation validation = validate(epoch, training);
      double score = validation.score();
      EpochResult best =
          history.stream().filter(EpochResult::best).reduce((a, b) -> b).orElse(null);
      EpochResult result =
          new EpochResult(
              epoch + 1,
              options.learningRate(epoch, history),
              training.loss(),
              training.accuracy(),
              validation.metrics().loss(),
              validation.metrics().accuracy(),
              step.mines() ? training.embeddings(validation.retrieval()) : EmbeddingMetrics.NONE,
              seconds(),
              score,
              best == null || score > best.score());
      if (saver.wants(result, history)) {
        saver.save(result);
      }
      return result;
    } finally {
      if (average != null) {
        average.leave();
      }
    }
  }

  private @Nullable INDArray values() {
    MovingAverage average = step.average();
    return average == null ? null : average.values();
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  private RunningMetrics train(int epoch) throws IOException {
    RunningMetrics metrics = new RunningMetrics(state.metrics());
    int total = total(train);
    monitor.epochStarted(epoch + 1, Math.max(0, total));
    double batches = Math.ceil((double) total / Math.max(1, train.batch()));
    int broken = 0;
    if (rounds.isPresent()) {
      new RoundEpoch(rounds.get(), detector, options, monitor, checkpoints)
          .train(
              (ImageFolderIterator) train,
              epoch,
              metrics,
              history,
              () -> saveIfAsked(epoch, metrics));
    }
    while (rounds.isEmpty() && train.hasNext()) {
      DataSet batch = train.next();
      if (!options.rates().byEpoch()) {
        double share = batches > 0 ? options.step().accumulate() / batches : 0;
        double done = batches > 0 ? Math.min(1, metrics.batches() / batches) : 0;
        step.setRate(options.learningRate(epoch, done, share, history));
      }
      double loss = step.run(batch.getFeatures(), batch.getLabels());
      if (Double.isFinite(loss)) {
        int[] predictions = Trainer.predict(detector, step.features());
        metrics.add(loss, batch.getLabels(), predictions, step.mined());
      } else {
        broken++;
        diverged(loss, metrics.batches() + broken, epoch);
      }
      free(train, batch);
      garbage.batchDone();
      monitor.stepDone(metrics.images(), loss, metrics.accuracy());
      checkpoints.stepDone(detector.graph().getIterationCount(), loss);
      saveIfAsked(epoch, metrics);
    }
    step.finish();
    requireBatches(metrics, "training");
    step.publish();
    // oneDNN's ReLU makes a zero of NaN, so that a broken network can have a finite loss.
    if (!Double.isFinite(detector.graph().params().sumNumber().doubleValue())) {
      throw new DivergedException(
          Text.format("after epoch %d the network's weights are NaN or infinite", epoch + 1),
          options.learningRate());
    }
    return metrics;
  }

  private void diverged(double loss, int number, int epoch) {
    if (options.step().onNan() == StepOptions.OnNan.STOP) {
      throw new DivergedException(
          Text.format(
              "the loss or its gradient became %s in step %d of epoch %d", loss, number, epoch + 1),
          options.learningRate(),
          step.longestGradients());
    }
  }

  /** A request during validation is answered with the state before it. */
  private Validation validate(int epoch, RunningMetrics training) throws IOException {
    Validation validation = new Validation(detector, options.selection().by(), step.mines());
    while (valid.hasNext()) {
      DataSet batch = valid.next();
      INDArray features = detector.features(batch.getFeatures());
      double loss =
          validationLoss.computeScore(
              batch.getLabels(), features, new ActivationIdentity(), null, true);
      if (!Double.isFinite(loss)) {
        throw new DivergedException(
            Text.format("the validation loss became %s after epoch %d", loss, epoch + 1),
            options.learningRate());
      }
      validation.add(batch, features, loss);
      features.close();
      free(valid, batch);
      garbage.batchDone();
      if (checkpoints.stopRequested()) {
        MovingAverage average = step.average();
        if (average != null) {
          average.leave();
        }
        save(epoch, training);
        throw new TrainingStoppedException(epoch + 1);
      }
    }
    requireBatches(validation.metrics(), "validation");
    return validation;
  }

  /** Not before a step is whole whose gradient is summed up. */
  private void saveIfAsked(int epoch, RunningMetrics metrics) throws IOException {
    if (!step.isWhole()) {
      return;
    }
    boolean stop = checkpoints.stopRequested();
    if (stop || checkpoints.due()) {
      step.publish();
      save(epoch, metrics);
    }
    if (stop) {
      throw new TrainingStoppedException(epoch + 1);
    }
  }

  private void save(int epoch, RunningMetrics metrics) throws IOException {
    int position = IteratorPosition.of(train, metrics.batches());
    checkpoints.save(
        new TrainingState(epoch, position, metrics.sums(), seconds(), history), values());
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

  private static int total(DataSetIterator batches) {
    if (!(batches instanceof ImageFolderIterator images)) {
      return 0;
    }
    int all = images.images();
    return images.options().dropLast() ? all - all % images.batch() : all;
  }
}
