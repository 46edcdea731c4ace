package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Trains a detector as the reference does, see {@link TrainingOptions}.
 *
 * <p>The best epoch is the one that {@link Selection} says: by default the one with the highest
 * validation accuracy, or, where the rule has to be fitted first, as with Triplet, the one with the
 * lowest validation loss; of equals, the first.
 */
public final class Trainer {
  private final Detector detector;
  private final TrainingOptions options;
  private final ILossFunction loss;
  private final ILossFunction validationLoss;

  /** Trains and validates with the detector's own loss. */
  public Trainer(Detector detector, TrainingOptions options) {
    this(detector, options, detector.loss());
  }

  /**
   * @param loss to train and to validate with, such as a triplet loss with another margin
   */
  public Trainer(Detector detector, TrainingOptions options, ILossFunction loss) {
    this(detector, options, loss, loss);
  }

  /**
   * @param loss to train with, such as the detector's own with smoothed labels
   * @param validationLoss to validate with
   */
  public Trainer(
      Detector detector,
      TrainingOptions options,
      ILossFunction loss,
      ILossFunction validationLoss) {
    this.detector = detector;
    this.options = options;
    this.loss = loss;
    this.validationLoss = validationLoss;
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
    return fit(train, valid, saver, monitor, Checkpoints.NONE);
  }

  /**
   * Trains, or goes on with a training, which then ends as if it had never been stopped: bit by bit
   * with one thread.
   *
   * @param checkpoints says where to begin, and saves
   * @throws TrainingStoppedException if the checkpoints ask for it
   * @see #fit(DataSetIterator, DataSetIterator, CheckpointSaver, TrainingMonitor)
   */
  public List<EpochResult> fit(
      DataSetIterator train,
      DataSetIterator valid,
      CheckpointSaver saver,
      TrainingMonitor monitor,
      Checkpoints checkpoints)
      throws IOException {
    return fit(train, valid, saver, monitor, checkpoints, Optional.empty());
  }

  /**
   * Trains, with the steps taken elsewhere in rounds.
   *
   * @param train gives the order of the images; nothing is read of them here
   * @param rounds takes the steps, with the detector's own loss
   * @throws IllegalArgumentException if the options don't allow rounds
   * @see #fit(DataSetIterator, DataSetIterator, CheckpointSaver, TrainingMonitor, Checkpoints)
   */
  public List<EpochResult> fit(
      ImageFolderIterator train,
      DataSetIterator valid,
      CheckpointSaver saver,
      TrainingMonitor monitor,
      Checkpoints checkpoints,
      StepRounds rounds)
      throws IOException {
    RoundWorker.require(options);
    return fit(train, valid, saver, monitor, checkpoints, Optional.of(rounds));
  }

  private List<EpochResult> fit(
      DataSetIterator train,
      DataSetIterator valid,
      CheckpointSaver saver,
      TrainingMonitor monitor,
      Checkpoints checkpoints,
      Optional<StepRounds> rounds)
      throws IOException {
    Validation.require(detector, options.selection().by());
    detector.forgetFitted();
    try (TrainingStep step =
        new TrainingStep(
            detector.backbone(),
            loss,
            detector.spec().loss().ofEmbeddings(detector.spec()),
            options)) {
      return new TrainingSession(
              detector,
              options,
              step,
              validationLoss,
              new TrainingSession.Partners(train, valid, saver, monitor, checkpoints),
              rounds)
          .run();
    } finally {
      detector.backbone().setLoss(detector.loss());
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
}
