package io.dmyt.loss;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Cross-entropy of a linear classifier's outputs with their classes, {@code Σ w[y_i] · (−log
 * softmax_i[y_i]) / Σ w[y_i]}.
 *
 * <p>The softmax is in the loss: the output layer's activation is the identity, its outputs are
 * logits {@code [batch, classes]}. The weights differ from those of DL4J's {@code LossMCXENT} by
 * being divided by their sum over the batch, as PyTorch does.
 */
public final class CrossEntropyLoss extends ClassLoss {
  private static final long serialVersionUID = 1;

  private final transient double smoothing;

  /**
   * @param labelWeights one per class, in their order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive
   */
  @JsonCreator
  public CrossEntropyLoss(@JsonProperty("labelWeights") double... labelWeights) {
    this(0, labelWeights);
  }

  private CrossEntropyLoss(double smoothing, double[] labelWeights) {
    super(labelWeights);
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("label smoothing is in [0, 1), not " + smoothing);
    }
    this.smoothing = smoothing;
  }

  /**
   * The same with smoothed labels, as PyTorch has it: {@code (1 − ε)} of the class, and {@code ε /
   * C} of each of the C classes, all weighted (Szegedy et al., CVPR 2016). For training; it is not
   * stored with a network.
   *
   * @param epsilon ε, in [0, 1)
   * @throws IllegalArgumentException if it is out of range
   */
  public CrossEntropyLoss smoothed(double epsilon) {
    return new CrossEntropyLoss(epsilon, labelWeights());
  }

  @Override
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    INDArray weights = super.termWeights(labels, classes, output);
    if (smoothing == 0) {
      return weights;
    }
    double total = 0;
    for (int label : labels) {
      total += label < 0 ? 0 : labelWeight(label);
    }
    double[] smooth = weights.dup('c').data().asDouble();
    for (int i = 0; i < labels.length; i++) {
      for (int k = 0; k < classes && labels[i] >= 0; k++) {
        int at = i * classes + k;
        double share = labels.length * labelWeight(k) / total / classes;
        smooth[at] = (1 - smoothing) * smooth[at] + smoothing * share;
      }
    }
    return Nd4j.createFromArray(smooth).reshape(labels.length, classes);
  }

  /**
   * One term per example and class, as if it were of that class: {@code log Σ_j exp(z_j − max) −
   * (z_k − max)}. ND4J's own logSoftmax takes the logarithm of the softmax, which is 0 for a logit
   * 746 below the largest.
   */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    SDVariable below = layerInput.sub(layerInput.max(true, 1));
    SDVariable logOfSum = sd.math().log(sd.math().exp(below).sum(true, 1));
    return below.neg().add(logOfSum).mul(labels).sum(1);
  }

  @Override
  protected void checkWidths(long classes, long size) {
    super.checkWidths(classes, size);
    checkClasses(Math.toIntExact(size), classes, "as many logits");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof CrossEntropyLoss other
        && smoothing == other.smoothing
        && Arrays.equals(labelWeights(), other.labelWeights());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(labelWeights());
  }
}
