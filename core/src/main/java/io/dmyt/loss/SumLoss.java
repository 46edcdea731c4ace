package io.dmyt.loss;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A weighted sum of losses on the same outputs. */
public final class SumLoss implements ILossFunction {
  private static final long serialVersionUID = 1;

  private final List<Term> terms;

  /**
   * A part of the sum.
   *
   * @param weight what the loss is multiplied with
   */
  public record Term(double weight, ILossFunction loss) implements java.io.Serializable {}

  /**
   * @param terms at least one
   * @throws IllegalArgumentException if there is none
   */
  public SumLoss(List<Term> terms) {
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a sum needs at least 1 loss");
    }
    this.terms = new ArrayList<>(terms);
  }

  /** Its parts. */
  public List<Term> terms() {
    return List.copyOf(terms);
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return terms.stream()
        .mapToDouble(
            t -> t.weight * t.loss.computeScore(labels, preOutput, activation, mask, average))
        .sum();
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return terms.stream()
        .map(t -> t.loss.computeScoreArray(labels, preOutput, activation, mask).mul(t.weight))
        .reduce(INDArray::addi)
        .orElseThrow();
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return computeGradientAndScore(labels, preOutput, activation, mask, false).getSecond();
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    double score = 0;
    INDArray gradient = null;
    for (Term term : terms) {
      Pair<Double, INDArray> both =
          term.loss.computeGradientAndScore(labels, preOutput, activation, mask, average);
      score += term.weight * both.getFirst();
      INDArray part = both.getSecond().muli(term.weight);
      if (gradient == null) {
        gradient = part;
      } else {
        gradient.addi(part);
        if (part.closeable()) {
          part.close();
        }
      }
    }
    return Pair.of(score, gradient);
  }

  @Override
  public String name() {
    return "SumLoss";
  }

  @Override
  public String toString() {
    return terms.toString();
  }
}
