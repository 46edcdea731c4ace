package io.dmyt.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How values between samples are found, with antialiasing when shrinking, as PIL has it. */
public enum Interpolation {
  /** A triangle over two samples. */
  @JsonProperty("bilinear")
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      return Math.max(0, 1 - distance);
    }
  },

  /** Keys's cubic over four samples, with a = −1/2. */
  @JsonProperty("bicubic")
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double x = distance;
      return x < 1
          ? ((A + 2) * x - (A + 3)) * x * x + 1
          : x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
  };

  private static final double A = -0.5;

  private final int support;

  Interpolation(int support) {
    this.support = support;
  }

  /**
   * The weight of a sample.
   *
   * @param distance from where the value is looked for, at least 0; in samples of the coarser grid
   */
  abstract double weight(double distance);

  /**
   * The weights of neighbouring samples.
   *
   * @param first the index of the first
   * @param weights of it and those behind it, which sum to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Window(int first, double[] weights) {}

  /** What the i-th of {@code to} values over {@code from} samples is made of. */
  Window window(int i, int from, int to) {
    double scale = (double) from / to;
    double width = Math.max(scale, 1.0);
    double inverse = 1.0 / width;
    double center = (i + 0.5) * scale;
    int first = Math.max((int) (center - support * width + 0.5), 0);
    int end = Math.min((int) (center + support * width + 0.5), from);
    double[] weights = new double[end - first];
    double sum = 0;
    for (int t = 0; t < weights.length; t++) {
      weights[t] = weight(Math.abs((t + first - center + 0.5) * inverse));
      sum += weights[t];
    }
    for (int t = 0; sum != 0 && t < weights.length; t++) {
      weights[t] /= sum;
    }
    return new Window(first, weights);
  }

  /** The linear map from so many samples to so many values: [to][from]. */
  public double[][] matrix(int from, int to) {
    double[][] matrix = new double[to][from];
    for (int i = 0; i < to; i++) {
      Window window = window(i, from, to);
      System.arraycopy(window.weights(), 0, matrix[i], window.first(), window.weights().length);
    }
    return matrix;
  }
}
