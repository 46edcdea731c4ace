package io.dmyt.benchmarks;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * {@link Training}'s loss for DL4J: ‖e − d‖₂ per image, with the dummies d as labels. Its gradient
 * is (e − d) / ‖e − d‖₂ per image; DL4J divides by the batch size when it updates.
 */
final class DistanceLoss implements ILossFunction {
  private static final long serialVersionUID = 1;
  private static final double EPSILON = 1e-12;

  @Override
  public double computeScore(
      INDArray labels, INDArray output, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, output, activation, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray output, IActivation activation, INDArray mask) {
    return distances(output.sub(labels));
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray output, IActivation activation, INDArray mask) {
    INDArray difference = output.sub(labels);
    return difference.diviColumnVector(distances(difference));
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray output, IActivation activation, INDArray mask, boolean average) {
    return Pair.of(
        computeScore(labels, output, activation, mask, average),
        computeGradient(labels, output, activation, mask));
  }

  private static INDArray distances(INDArray difference) {
    INDArray norms = difference.norm2(1);
    return norms.addi(EPSILON).reshape(difference.size(0), 1);
  }

  @Override
  public String name() {
    return "distance to dummies";
  }
}
