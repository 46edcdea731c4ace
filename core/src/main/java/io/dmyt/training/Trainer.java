package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.LossKind;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.loss.TripletMiner;
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
 * <p>The best epoch is the one with the highest validation accuracy, with a Triplet loss the one
 * with the lowest validation loss; of equals, the first.
 */
public final class Trainer {
  private final Detector detector;
  private final TrainingOptions options;

  /** What is done with the best epoch so far, while the detector has its weights. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * Keeps the detector as it is now.
     *
     * @param result what made it the best
     */
    void keep(EpochResult result) throws IOException;
  }

  public Trainer(Detector detector, TrainingOptions options) {
    this.detector = detector;
    this.options = options;
  }

  /**
   * Trains. The detector forgets its calibration and its SVM, which were fitted to other weights.
   *
   * @param train batches of images [B, 3, S, S] and one-hot labels [B, C]; reset before each epoch
   *     but the first, when an iterator that shuffles gives another order
   * @param valid the same, to choose the best epoch by
   * @param keeper keeps the best
   * @param monitor is told of progress
   * @return the epochs' results in their order
   * @throws IOException if the keeper can't keep it
   * @throws IllegalStateException if there is no batch, or the loss or the weights are no longer
   *     finite
   */
  public List<EpochResult> fit(
      DataSetIterator train, DataSetIterator valid, Keeper keeper, TrainingMonitor monitor)
      throws IOException {
    detector.forgetFitted();
    List<EpochResult> history = new ArrayList<>();
    try (TrainingStep step =
        new TrainingStep(detector.backbone(), detector.loss(), options.weightDecay())) {
      EpochResult best = null;
      for (int epoch = 0; epoch < options.epochs(); epoch++) {
        if (epoch > 0) {
          train.reset();
          valid.reset();
        }
        long start = System.nanoTime();
        double rate = options.learningRate(epoch);
        Tally training = train(train, step, epoch, rate, monitor);
        monitor.validationStarted(epoch + 1);
        Tally validation = validate(valid);
        EpochResult result =
            new EpochResult(
                epoch + 1,
                rate,
                training.loss(),
                training.accuracy(),
                validation.loss(),
                validation.accuracy(),
                training.triplets(),
                (System.nanoTime() - start) / 1e9,
                best == null || better(validation, best));
        if (result.best()) {
          best = result;
          keeper.keep(result);
        }
        history.add(result);
        monitor.epochDone(result);
      }
    }
    return history;
  }

  private boolean better(Tally validation, EpochResult best) {
    return detector.spec().loss() == LossKind.TRIPLET
        ? validation.loss() < best.validLoss()
        : validation.accuracy() > best.validAccuracy();
  }

  private Tally train(
      DataSetIterator batches, TrainingStep step, int epoch, double rate, TrainingMonitor monitor) {
    Tally tally = new Tally();
    monitor.epochStarted(epoch + 1, Math.max(0, total(batches)));
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      double loss = step.run(batch.getFeatures(), batch.getLabels(), rate);
      if (!Double.isFinite(loss)) {
        throw new IllegalStateException(
            "the loss became %s in step %d of epoch %d: try a lower learning rate than %s"
                .formatted(loss, tally.batches + 1, epoch + 1, options.learningRate()));
      }
      tally.add(loss, batch.getLabels(), predict(detector, step.features()));
      if (detector.spec().loss() == LossKind.TRIPLET) {
        int[] labels = batch.getLabels().argMax(1).toIntVector();
        tally.triplets += TripletMiner.mine(step.features(), labels).size();
      }
      monitor.stepDone(tally.images, loss, tally.accuracy());
    }
    tally.require("training");
    // oneDNN's ReLU makes a zero of NaN, so that a broken network can have a finite loss.
    if (!Double.isFinite(detector.graph().params().sumNumber().doubleValue())) {
      throw new IllegalStateException(
          "the weights are no longer finite after epoch %d: try a lower learning rate than %s"
              .formatted(epoch + 1, options.learningRate()));
    }
    return tally;
  }

  private Tally validate(DataSetIterator batches) {
    Tally tally = new Tally();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray features = detector.features(batch.getFeatures());
      double loss =
          detector
              .loss()
              .computeScore(batch.getLabels(), features, new ActivationIdentity(), null, true);
      tally.add(loss, batch.getLabels(), predict(detector, features));
    }
    tally.require("validation");
    return tally;
  }

  /**
   * The classes by dummies or classifier. A triplet loss has neither before an SVM is fitted: every
   * image then counts as the first class, as in the reference's runs: their accuracies are those of
   * a constant answer, and so are their test predictions, which no SVM was asked for.
   */
  static int[] predict(Detector detector, INDArray features) {
    return detector.spec().loss() == LossKind.TRIPLET
        ? new int[Math.toIntExact(features.size(0))]
        : detector.classify(features);
  }

  private static int total(DataSetIterator batches) {
    if (!(batches instanceof ImageFolderIterator images)) {
      return 0;
    }
    int all = images.files().size();
    return images.options().dropLast() ? all - all % images.batch() : all;
  }

  /** Sums over an epoch. */
  private final class Tally {
    private int batches;
    private int images;
    private int right;
    private double losses;
    private long triplets;

    void add(double loss, INDArray labels, int[] predictions) {
      int[] truth = labels.argMax(1).toIntVector();
      for (int i = 0; i < truth.length; i++) {
        if (truth[i] == predictions[i]) {
          right++;
        }
      }
      images += truth.length;
      losses += loss;
      batches++;
    }

    double loss() {
      return losses / batches;
    }

    double accuracy() {
      return (double) right / images;
    }

    double triplets() {
      return detector.spec().loss() == LossKind.TRIPLET ? (double) triplets / batches : Double.NaN;
    }

    void require(String what) {
      if (batches == 0) {
        throw new IllegalStateException(
            "no batch for " + what + ": fewer images than a batch holds?");
      }
    }
  }
}
