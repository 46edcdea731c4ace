package io.dmyt.optim;

import io.dmyt.internal.Address;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * One AdamW step over all parameters, reading and writing each array once.
 *
 * <p>PyTorch's formula, with t counted from 1 and g = {@code gradientScale} · gradient:
 *
 * <pre>
 * p ← p · (1 − lr · decay)
 * m ← β₁ m + (1 − β₁) g
 * v ← β₂ v + (1 − β₂) g²
 * p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 * </pre>
 *
 * <p>Loshchilov and Hutter, <i>Decoupled Weight Decay Regularization</i>, ICLR 2019.
 *
 * @param rate learning rate, at least 0
 * @param beta1 of the mean gradient, in [0, 1)
 * @param beta2 of the mean squared gradient, in [0, 1)
 * @param epsilon above 0
 * @param weightDecay at least 0
 */
public record FusedAdamW(
    double rate, double beta1, double beta2, double epsilon, double weightDecay) {

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public FusedAdamW {
    require(rate >= 0, "rate must be at least 0", rate);
    require(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1)", beta1);
    require(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1)", beta2);
    require(epsilon > 0, "epsilon must be above 0", epsilon);
    require(weightDecay >= 0, "weightDecay must be at least 0", weightDecay);
  }

  private static void require(boolean condition, String message, double found) {
    if (!condition) {
      throw new IllegalArgumentException(message + ", got " + found);
    }
  }

  /**
   * Takes a step in place. All arrays are contiguous views of floats, equally long, in host memory.
   *
   * @param gradients read only
   * @param mean m, 0 before the first step
   * @param square v, 0 before the first step
   * @param step t, at least 1
   * @param gradientScale what gradients are multiplied with first, e.g. 1 / batch size
   * @throws IllegalArgumentException if an array is of another type, length or layout, or {@code
   *     step} is below 1
   */
  public void step(
      INDArray parameters,
      INDArray gradients,
      INDArray mean,
      INDArray square,
      long step,
      double gradientScale) {
    if (step < 1) {
      throw new IllegalArgumentException("steps count from 1, got " + step);
    }
    long length = parameters.length();
    long p = address("parameters", parameters, length);
    long g = address("gradients", gradients, length);
    long m = address("mean", mean, length);
    long v = address("square", square, length);
    Factors f = new Factors(this, step, gradientScale);
    Sweep.Step update = (n, ps, gs, ms, vs) -> update(f, n, ps, gs, ms, vs);
    Sweep.run(List.of(new Sweep.Span(p, g, m, v, length, update)), Sweep.Writes.PARAMETERS);
  }

  private static long address(String name, INDArray array, long length) {
    if (array.dataType() != DataType.FLOAT
        || array.length() != length
        || !Shape.hasDefaultStridesForShape(array)) {
      throw new IllegalArgumentException(
          name
              + " must be "
              + length
              + " contiguous floats, got "
              + array.dataType()
              + " "
              + array.shapeInfoToString());
    }
    return Address.of(array);
  }

  private static void update(Factors f, int n, float[] p, float[] g, float[] m, float[] v) {
    float scale = f.scale;
    float keep = f.keep;
    float b1 = f.beta1;
    float rest1 = f.rest1;
    float b2 = f.beta2;
    float rest2 = f.rest2;
    float correction = f.correction;
    float epsilon = f.epsilon;
    float rate = f.rate;
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float first = b1 * m[i] + rest1 * gradient;
      float second = b2 * v[i] + rest2 * gradient * gradient;
      m[i] = first;
      v[i] = second;
      float root = (float) Math.sqrt(second);
      p[i] = p[i] * keep - rate * first / (root * correction + epsilon);
    }
  }

  /** The step's constants in the precision of the arrays. */
  private static final class Factors {
    final float scale;
    final float keep;
    final float beta1;
    final float rest1;
    final float beta2;
    final float rest2;
    final float correction;
    final float epsilon;
    final float rate;

    Factors(FusedAdamW o, long step, double gradientScale) {
      scale = (float) gradientScale;
      keep = (float) (1 - o.rate * o.weightDecay);
      beta1 = (float) o.beta1;
      rest1 = (float) (1 - o.beta1);
      beta2 = (float) o.beta2;
      rest2 = (float) (1 - o.beta2);
      correction = (float) (1 / Math.sqrt(1 - Math.pow(o.beta2, step)));
      epsilon = (float) o.epsilon;
      rate = (float) (o.rate / (1 - Math.pow(o.beta1, step)));
    }
  }
}
