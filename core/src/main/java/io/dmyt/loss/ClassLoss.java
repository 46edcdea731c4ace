package io.dmyt.loss;

import io.dmyt.internal.Rows;
import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.SameDiffLoss;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A loss over a batch of outputs and their classes, as a weighted mean with a weight per class.
 *
 * <p>Such a loss is {@code Σ q · t(outputs)}: terms {@code t}, which the graph computes and
 * differentiates, and how much each counts, {@code q}, which the labels decide and nothing flows
 * back through. The graph is given the {@code q} in the place of the labels, so that it needs no
 * label as wide as an output, value and gradient come from one run, and an example that is masked
 * or belongs to another class is a zero.
 *
 * <p><b>Scale.</b> DL4J divides scores and gradients by the batch's size. To be a weighted mean
 * after that, what {@link #computeScore} (without average), {@link #computeScoreArray} (summed) and
 * {@link #computeGradient} return is the batch's size times the mean and its gradient.
 *
 * <p><b>Masks</b> are per example, {@code [batch, 1]} of zeros and ones: the mean is the one over
 * the batch without the masked examples.
 *
 * <p>Losses may be shared between networks and threads, which then take turns.
 *
 * <p><b>A loss of your own</b> extends this class and says in {@link #defineLoss} what each example
 * costs: {@code layerInput} are the outputs {@code [batch, size]}, {@code labels} is what {@link
 * #termWeights} returns, both in double precision; the result is one number per example, {@code
 * [batch]}, whose sum is the batch's size times the loss. As {@code termWeights} is unless it is
 * overridden, that is a term per example and class, as if it were of that class, times {@code
 * labels}, summed over the classes.
 */
public abstract class ClassLoss extends SameDiffLoss {
  private static final long serialVersionUID = 1;

  @JsonProperty("labelWeights")
  private final double[] labelWeights;

  private transient @Nullable Terms terms;

  /**
   * @param labelWeights one per class, in their order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive and finite
   */
  protected ClassLoss(double... labelWeights) {
    this.labelWeights = LabelWeights.checked(labelWeights);
  }

  /** The weights of the classes, in their order; empty if they all count the same. */
  public final double[] labelWeights() {
    return labelWeights.clone();
  }

  /**
   * How much each term counts, to sum up to the batch's size over all terms, or to zero if none
   * does. By default {@code [batch, classes]}: each example's weight at its class.
   *
   * @param labels each example's class, or -1 for none
   * @param classes the labels' width
   * @param output the outputs, {@code [batch, size]}, in double precision
   * @return of any shape that {@link #defineLoss} expects, in double precision
   */
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    return classTermWeights(labels, classes);
  }

  /**
   * Fails if the labels' or the outputs' width is not what this loss wants. By default it wants as
   * many classes as label weights, if there are any.
   *
   * @throws IllegalArgumentException then
   */
  protected void checkWidths(long classes, long size) {
    if (labelWeights.length != 0) {
      checkClasses(labelWeights.length, classes, "as many label weights");
    }
  }

  /** The weight of a class. */
  protected final double labelWeight(int label) {
    return labelWeights.length == 0 ? 1 : labelWeights[label];
  }

  private INDArray classTermWeights(int[] labels, int classes) {
    double total = 0;
    for (int label : labels) {
      total += label < 0 ? 0 : labelWeight(label);
    }
    double[] weights = new double[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0) {
        weights[i * classes + labels[i]] = labels.length * labelWeight(labels[i]) / total;
      }
    }
    return Nd4j.createFromArray(weights).reshape(labels.length, classes);
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      INDArray mask,
      boolean average) {
    return score(run(labels, preOutput, activationFn, mask, false), average);
  }

  /** {@inheritDoc} Their sum is {@link #computeScore} without average. */
  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activationFn, INDArray mask) {
    INDArray scores = run(labels, preOutput, activationFn, mask, false).scores();
    return scores.reshape(scores.length(), 1).castTo(preOutput.dataType());
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activationFn, INDArray mask) {
    return gradient(run(labels, preOutput, activationFn, mask, true), preOutput, activationFn);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      INDArray mask,
      boolean average) {
    Terms.Result result = run(labels, preOutput, activationFn, mask, true);
    return Pair.of(score(result, average), gradient(result, preOutput, activationFn));
  }

  private static double score(Terms.Result result, boolean average) {
    double sum = result.scores().sumNumber().doubleValue();
    return average ? sum / result.scores().length() : sum;
  }

  private static INDArray gradient(
      Terms.Result result, INDArray preOutput, IActivation activationFn) {
    INDArray inDouble = Objects.requireNonNull(result.gradient());
    INDArray atOutput = inDouble.castTo(preOutput.dataType());
    if (atOutput != inDouble && inDouble.closeable()) {
      inDouble.close();
    }
    return activationFn instanceof ActivationIdentity
        ? atOutput
        : activationFn.backprop(preOutput.dup(), atOutput).getFirst();
  }

  /** Outside of the network's workspaces, which what the graph keeps must outlive. */
  @SuppressWarnings("try")
  private Terms.Result run(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      INDArray mask,
      boolean withGradient) {
    checkShapes(labels, preOutput, mask);
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray output =
          activationFn.getActivation(preOutput.dup('c'), true).castTo(DataType.DOUBLE);
      int classes = Math.toIntExact(labels.size(1));
      INDArray weights = termWeights(indices(labels, mask), classes, output);
      try {
        synchronized (this) {
          return terms().run(output, weights, withGradient);
        }
      } finally {
        // Behind few bytes of Java it would wait long for a garbage collection.
        if (output.closeable()) {
          output.close();
        }
      }
    }
  }

  private Terms terms() {
    if (terms == null) {
      terms = new Terms(this::defineLoss);
    }
    return terms;
  }

  private void checkShapes(INDArray labels, INDArray preOutput, INDArray mask) {
    if (preOutput.rank() != 2 || labels.rank() != 2 || labels.size(0) != preOutput.size(0)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s expects outputs [batch, size] and one-hot labels [batch, classes], found %s and %s",
              name(), Arrays.toString(preOutput.shape()), Arrays.toString(labels.shape())));
    }
    checkWidths(labels.size(1), preOutput.size(1));
    if (mask != null && mask.length() != preOutput.size(0)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s masks whole examples: a mask of shape [%d, 1] expected, found %s",
              name(), preOutput.size(0), Arrays.toString(mask.shape())));
    }
  }

  /** Each example's class, or -1 if it is masked. */
  private int[] indices(INDArray labels, INDArray mask) {
    double[][] rows = Rows.of(labels);
    double[] kept = mask == null ? null : mask.dup('c').data().asDouble();
    int[] indices = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double weight = kept == null ? 1 : kept[i];
      if (weight != 0 && weight != 1) {
        throw new IllegalArgumentException(
            Text.format(
                "%s: a mask holds zeros and ones, found %s for example %d", name(), weight, i));
      }
      indices[i] = weight == 0 ? -1 : oneHot(rows[i], i);
    }
    return indices;
  }

  private int oneHot(double[] row, int example) {
    int index = -1;
    for (int k = 0; k < row.length; k++) {
      if (row[k] == 1 && index < 0) {
        index = k;
      } else if (row[k] != 0) {
        index = -1;
        break;
      }
    }
    if (index < 0) {
      throw new IllegalArgumentException(
          Text.format(
              "%s expects one-hot labels, found %s for example %d",
              name(), Arrays.toString(row), example));
    }
    return index;
  }

  /**
   * Fails if the labels have another width.
   *
   * @param what wants that width, for the message
   * @throws IllegalArgumentException then
   */
  protected final void checkClasses(int expected, long found, String what) {
    if (found != expected) {
      throw new IllegalArgumentException(
          Text.format(
              "%s: labels of width %d expected, for %s; found width %d",
              name(), expected, what, found));
    }
  }

  @Override
  public String toString() {
    return labelWeights.length == 0
        ? name() + "()"
        : name() + "(labelWeights=" + Arrays.toString(labelWeights) + ")";
  }
}
