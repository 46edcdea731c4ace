package io.dmyt.backbone;

import java.io.Serial;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The two-class DmyT loss in plain double arithmetic, so that the networks can be held against
 * reference values without the losses' own code. Labels: [batch, 1], the class's index; fake, 0,
 * has its dummy's ones in the second half, real, 1, in the first.
 */
final class PlainDummyLoss implements ILossFunction {
  @Serial private static final long serialVersionUID = 1L;

  @Override
  public double computeScore(
      INDArray labels, INDArray out, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, out, activation, mask).sumNumber().doubleValue();
    return average ? sum / out.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray out, IActivation activation, INDArray mask) {
    INDArray scores = Nd4j.create(out.dataType(), out.size(0), 1);
    for (int i = 0; i < out.size(0); i++) {
      double[] row = row(out, i);
      int label = labels.getInt(i, 0);
      double loss = distance(row, label) - distance(row, 1 - label) + 1;
      scores.putScalar(i, 0, Math.max(0, loss));
    }
    return scores;
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray out, IActivation activation, INDArray mask) {
    INDArray gradient = Nd4j.create(out.dataType(), out.shape());
    for (int i = 0; i < out.size(0); i++) {
      double[] row = row(out, i);
      int label = labels.getInt(i, 0);
      double positive = distance(row, label);
      double negative = distance(row, 1 - label);
      if (positive - negative + 1 > 0) {
        for (int j = 0; j < row.length; j++) {
          double toPositive = row[j] - dummy(label, j, row.length) + 1e-6;
          double toNegative = row[j] - dummy(1 - label, j, row.length) + 1e-6;
          gradient.putScalar(i, j, toPositive / positive - toNegative / negative);
        }
      }
    }
    return gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray out, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, out, activation, mask, average),
        computeGradient(labels, out, activation, mask));
  }

  @Override
  public String name() {
    return getClass().getSimpleName();
  }

  private static double[] row(INDArray out, int i) {
    return out.getRow(i).dup().toDoubleVector();
  }

  private static double distance(double[] row, int label) {
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      double d = row[j] - dummy(label, j, row.length) + 1e-6;
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  private static double dummy(int label, int j, int size) {
    return (j < size / 2) == (label == 1) ? 1 : 0;
  }
}
