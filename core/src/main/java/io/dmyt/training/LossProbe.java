package io.dmyt.training;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Stands before a loss while it trains and remembers what passed: the value, and the features.
 *
 * <p>DL4J asks for the gradient, then for the score, computing the loss twice, adds weight decay to
 * the score, and lets go of the features. Here one computation serves all three. Not thread-safe,
 * like the graph that it is part of.
 */
final class LossProbe implements ILossFunction {
  private static final long serialVersionUID = 1L;

  private final ILossFunction loss;
  private transient double sum;
  private transient double keptSum;
  private transient @Nullable INDArray labels;
  private transient @Nullable INDArray features;
  private transient @Nullable INDArray gradient;

  LossProbe(ILossFunction loss) {
    this.loss = loss;
  }

  /** The loss of the last batch, as the reference defines it. */
  double value() {
    return sum / features().size(0);
  }

  /** What the loss was computed on in the last batch, [B, F]; valid until the next batch. */
  INDArray features() {
    return Objects.requireNonNull(features, "no batch has been computed");
  }

  @Override
  @SuppressWarnings("try") // The workspace is only to be left.
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    Pair<Double, INDArray> both =
        loss.computeGradientAndScore(labels, preOutput, activation, mask, false);
    sum = both.getFirst();
    this.labels = labels;
    free();
    INDArray found = both.getSecond();
    gradient = found;
    try (MemoryWorkspace out = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      features = preOutput.dup('c');
    }
    return found;
  }

  /**
   * The gradient of a loss on the embeddings of the batch whose loss was computed last, to which
   * its value is added.
   */
  INDArray besides(ILossFunction other, INDArray embeddings) {
    Pair<Double, INDArray> both =
        other.computeGradientAndScore(
            Objects.requireNonNull(labels), embeddings, new ActivationIdentity(), null, false);
    sum += both.getFirst();
    return both.getSecond();
  }

  /** The features of the last batch, which another one is about to overwrite. */
  INDArray detach() {
    INDArray kept = features();
    keptSum = sum;
    features = null;
    return kept;
  }

  /** Makes the features and the loss of {@link #detach} those of the last batch again. */
  void reattach(INDArray kept) {
    close(features);
    features = kept;
    sum = keptSum;
  }

  /** Frees what is kept of the last batch. */
  void free() {
    close(features);
    close(gradient);
    features = null;
    gradient = null;
  }

  private static void close(@Nullable INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }

  /** The score of the batch whose gradient was just computed, as DL4J asks in that order. */
  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return average ? value() : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return loss.computeScoreArray(labels, preOutput, activation, mask);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    INDArray gradient = computeGradient(labels, preOutput, activation, mask);
    return Pair.of(computeScore(labels, preOutput, activation, mask, average), gradient);
  }

  @Override
  public String name() {
    return loss.name();
  }
}
