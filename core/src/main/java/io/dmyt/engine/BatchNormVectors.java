package io.dmyt.engine;

import java.nio.FloatBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on batch norm's vectors, which are short: what it makes of the convolution before it
 * in inference, and what training makes of its running statistics.
 */
public final class BatchNormVectors {
  private final Function<Parameter, float[]> values;

  /**
   * @param values reads a copy of a parameter's values
   */
  public BatchNormVectors(Function<Parameter, float[]> values) {
    this.values = values;
  }

  /**
   * A convolution's weights, each times γ / √(variance + ε) of its output channel.
   *
   * @return in the parameter's own order, those of groups that lie apart one after another
   */
  public float[] foldedWeights(Operation.Convolution c, Operation.BatchNorm norm) {
    float[] w = weights(c);
    double[] scale = scale(norm);
    long[] dims = c.weights().dims();
    long[] strides = c.weights().strides();
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
    return w;
  }

  private float[] weights(Operation.Convolution c) {
    if (c.standard() != null) {
      return new StandardizedWeights(values).of(c);
    }
    if (c.parts().isEmpty()) {
      return values.apply(c.weights());
    }
    FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(c.weights().length()));
    c.parts().forEach(part -> all.put(values.apply(part)));
    return all.array();
  }

  /**
   * The biases that go with the folded weights, β + (b − mean) · γ / √(variance + ε).
   *
   * @param norm null for the convolution's own biases b, or zeros
   */
  public float[] foldedBias(Operation.Convolution c, Operation.@Nullable BatchNorm norm) {
    float[] b = c.bias() == null ? new float[c.channels()] : values.apply(c.bias());
    if (norm != null) {
      double[] scale = scale(norm);
      float[] mean = values.apply(norm.mean());
      float[] beta = norm.beta() == null ? new float[c.channels()] : values.apply(norm.beta());
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) (beta[i] + (b[i] - (double) mean[i]) * scale[i]);
      }
    }
    return b;
  }

  /** The running variance, which a layer may keep as log10 of its root. */
  public float[] runningVariance(Operation.BatchNorm norm) {
    float[] v = values.apply(norm.variance());
    if (norm.logStd()) {
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) Math.pow(10, 2.0 * v[i]);
      }
    }
    return v;
  }

  private double[] scale(Operation.BatchNorm norm) {
    float[] variance = runningVariance(norm);
    float[] gamma = values.apply(norm.gamma());
    double[] scale = new double[variance.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = gamma[i] / Math.sqrt((double) variance[i] + (float) norm.eps());
    }
    return scale;
  }

  /** What the updater subtracts from the running mean, as {@link Operation.BatchNorm} says. */
  public float[] meanUpdate(Operation.BatchNorm norm, float[] batchMean) {
    return update(values.apply(norm.mean()), batchMean, norm);
  }

  /**
   * What the updater subtracts from the running variance, or from the logarithm that stands there.
   */
  public float[] varianceUpdate(Operation.BatchNorm norm, float[] batchVariance) {
    float[] old = values.apply(norm.variance());
    if (!norm.logStd()) {
      return update(old, batchVariance, norm);
    }
    float[] update = new float[old.length];
    for (int i = 0; i < old.length; i++) {
      double before = Math.pow(10, 2.0 * old[i]);
      double after = norm.decay() * before + (1 - norm.decay()) * batchVariance[i];
      update[i] = (float) (Math.log10(before / after) / 2);
    }
    return update;
  }

  private static float[] update(float[] old, float[] batch, Operation.BatchNorm norm) {
    float[] update = new float[old.length];
    for (int i = 0; i < old.length; i++) {
      update[i] = (float) ((1 - norm.decay()) * (old[i] - (double) batch[i]));
    }
    return update;
  }
}
