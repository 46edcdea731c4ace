package io.dmyt.engine;

import java.util.Objects;
import java.util.function.Function;

/**
 * Arithmetic of standardised weights. It goes over each weight a few times, where a convolution
 * goes over it for every pixel.
 */
public final class StandardizedWeights {
  private final Function<Parameter, float[]> values;

  /**
   * @param values reads a copy of a parameter's values
   */
  public StandardizedWeights(Function<Parameter, float[]> values) {
    this.values = values;
  }

  /**
   * The gradients of what weights are made from.
   *
   * @param weights of the weights as the network has them, in their order
   * @param gain of the gain, empty if there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Gradients(float[] weights, float[] gain) {}

  /** Mean and deviation of one output channel's weights, and the weights from one on. */
  private record Row(float[] weights, int from, int length, double mean, double deviation) {
    static Row of(float[] weights, int from, int length) {
      double sum = 0;
      for (int i = from; i < from + length; i++) {
        sum += weights[i];
      }
      double mean = sum / length;
      double squares = 0;
      for (int i = from; i < from + length; i++) {
        squares += (weights[i] - mean) * (weights[i] - mean);
      }
      return new Row(weights, from, length, mean, Math.sqrt(squares / length));
    }

    double divisor(Operation.Standardization s) {
      return s.toVariance() ? Math.sqrt(deviation * deviation + s.eps()) : deviation + s.eps();
    }

    double centred(int i) {
      return weights[i] - mean;
    }
  }

  private static Operation.Standardization standard(Operation.Convolution c) {
    return Objects.requireNonNull(c.standard(), "weights are standardised");
  }

  /** A convolution's weights as it uses them, in the parameter's order. */
  public float[] of(Operation.Convolution c) {
    Operation.Standardization standard = standard(c);
    float[] w = values.apply(c.weights());
    float[] gain = gain(standard);
    int length = w.length / c.channels();
    for (int o = 0; o < c.channels(); o++) {
      Row row = Row.of(w, o * length, length);
      double factor = factor(standard, gain, o) / row.divisor(standard);
      for (int i = o * length; i < (o + 1) * length; i++) {
        w[i] = (float) (row.centred(i) * factor);
      }
    }
    return w;
  }

  /**
   * Goes back from the weights as a convolution uses them.
   *
   * @param dy their gradient, in the parameter's order
   */
  public Gradients gradients(Operation.Convolution c, float[] dy) {
    Operation.Standardization standard = standard(c);
    float[] w = values.apply(c.weights());
    float[] gain = gain(standard);
    int length = w.length / c.channels();
    float[] dw = new float[w.length];
    float[] dGain = new float[gain.length];
    for (int o = 0; o < c.channels(); o++) {
      Row row = Row.of(w, o * length, length);
      double along = alongRow(row, dy);
      double divisor = row.divisor(standard);
      if (gain.length > 0) {
        dGain[o] = (float) (along / divisor * standard.scale());
      }
      gradient(row, dy, dw, factor(standard, gain, o) / divisor, share(row, along, standard));
    }
    return new Gradients(dw, dGain);
  }

  private static double alongRow(Row row, float[] dy) {
    double sum = 0;
    for (int i = row.from(); i < row.from() + row.length(); i++) {
      sum += row.centred(i) * dy[i];
    }
    return sum;
  }

  /** How much of a weight's distance from the mean its gradient loses to the deviation's. */
  private static double share(Row row, double along, Operation.Standardization standard) {
    double square =
        row.divisor(standard) * (standard.toVariance() ? row.divisor(standard) : row.deviation());
    return square == 0 ? 0 : along / row.length() / square;
  }

  private static void gradient(Row row, float[] dy, float[] dw, double factor, double share) {
    int end = row.from() + row.length();
    double sum = 0;
    for (int i = row.from(); i < end; i++) {
      sum += dy[i] - share * row.centred(i);
    }
    double mean = sum / row.length();
    for (int i = row.from(); i < end; i++) {
      dw[i] = (float) (factor * (dy[i] - share * row.centred(i) - mean));
    }
  }

  private float[] gain(Operation.Standardization standard) {
    return standard.gain() == null ? new float[0] : values.apply(standard.gain());
  }

  private static double factor(Operation.Standardization standard, float[] gain, int channel) {
    return standard.scale() * (gain.length == 0 ? 1 : gain[channel]);
  }
}
