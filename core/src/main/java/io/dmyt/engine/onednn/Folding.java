package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.internal.Address;

/** Arithmetic on batch norm's vectors, which are short. */
final class Folding {
  private Folding() {}

  /**
   * Writes a convolution's weights times γ / √(variance + ε) of its output channel.
   *
   * @param target the address of as many floats, in the parameter's own order
   */
  static void weights(
      Parameters parameters, Operation.Convolution c, Operation.BatchNorm norm, long target) {
    Parameter weights = c.weights();
    float[] w = parameters.weights(c);
    double[] scale = scale(parameters, norm);
    long[] dims = weights.dims();
    long[] strides = weights.strides();
    if (dims.length == 4) {
      int each = (int) strides[0];
      for (int o = 0; o < scale.length; o++) {
        float s = (float) scale[o];
        for (int i = o * each; i < (o + 1) * each; i++) {
          w[i] *= s;
        }
      }
    } else {
      for (int i = 0; i < w.length; i++) {
        int group = (int) (i / strides[0] % dims[0]);
        int out = (int) (i / strides[1] % dims[1]);
        w[i] *= (float) scale[group * (int) dims[1] + out];
      }
    }
    Address.write(target, w);
  }

  /** Writes β + (b − mean) · γ / √(variance + ε), or b without batch norm. */
  static void bias(
      Parameters parameters, Operation.Convolution c, Operation.BatchNorm norm, long target) {
    float[] b = c.bias() == null ? new float[c.channels()] : parameters.read(c.bias());
    if (norm != null) {
      double[] scale = scale(parameters, norm);
      float[] mean = parameters.read(norm.mean());
      float[] beta = norm.beta() == null ? new float[c.channels()] : parameters.read(norm.beta());
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) (beta[i] + (b[i] - (double) mean[i]) * scale[i]);
      }
    }
    Address.write(target, b);
  }

  /** Writes the running variance, which a layer may keep as log10 of its root. */
  static void variance(Parameters parameters, Operation.BatchNorm norm, long target) {
    Address.write(target, runningVariance(parameters, norm));
  }

  private static float[] runningVariance(Parameters parameters, Operation.BatchNorm norm) {
    float[] v = parameters.read(norm.variance());
    if (norm.logStd()) {
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) Math.pow(10, 2.0 * v[i]);
      }
    }
    return v;
  }

  private static double[] scale(Parameters parameters, Operation.BatchNorm norm) {
    float[] variance = runningVariance(parameters, norm);
    float[] gamma = parameters.read(norm.gamma());
    double[] scale = new double[variance.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = gamma[i] / Math.sqrt((double) variance[i] + (float) norm.eps());
    }
    return scale;
  }

  /**
   * Writes what DL4J calls the gradients of the running statistics: what the updater subtracts from
   * them, so that they become decay · old + (1 − decay) · batch's.
   */
  static void statistics(
      Parameters parameters, Operation.BatchNorm norm, long mean, long variance) {
    double rest = 1 - norm.decay();
    float[] oldMean = parameters.read(norm.mean());
    float[] batchMean = Address.read(mean, oldMean.length);
    float[] old = parameters.read(norm.variance());
    float[] batch = Address.read(variance, old.length);
    for (int i = 0; i < old.length; i++) {
      batchMean[i] = (float) (rest * (oldMean[i] - (double) batchMean[i]));
      if (norm.logStd()) {
        double before = Math.pow(10, 2.0 * old[i]);
        double after = norm.decay() * before + rest * batch[i];
        batch[i] = (float) (Math.log10(before / after) / 2);
      } else {
        batch[i] = (float) (rest * (old[i] - (double) batch[i]));
      }
    }
    Address.write(parameters.gradientAddress(norm.mean()), batchMean);
    Address.write(parameters.gradientAddress(norm.variance()), batch);
  }
}
