package io.dmyt.benchmarks;

import java.nio.charset.StandardCharsets;

/**
 * A named tensor whose values are a function of its name, so that every side of a comparison, in
 * any language, computes with the same weights and images without a file between them.
 *
 * <p>With u = (splitmix64(fnv1a64(name) + i) &gt;&gt;&gt; 40) / 2²⁴ and v = 2u − 1, index i
 * (row-major) holds 1 + 0.5v in a {@code running_var}, 0.1v in a {@code running_mean} or {@code
 * bias}, 1 + 0.2v in any other vector, and v · √(6 / fan-in) else.
 *
 * @param trained whether the optimiser moves it; running statistics are not trained
 */
record Tensor(String name, boolean trained, long... shape) {

  /** Number of elements. */
  int length() {
    long length = 1;
    for (long d : shape) {
      length *= d;
    }
    return Math.toIntExact(length);
  }

  /** All values, row-major. */
  float[] values() {
    double offset = 0;
    double scale;
    if (name.endsWith("running_var")) {
      offset = 1;
      scale = 0.5;
    } else if (name.endsWith("running_mean") || name.endsWith("bias")) {
      scale = 0.1;
    } else if (shape.length == 1) {
      offset = 1;
      scale = 0.2;
    } else {
      scale = Math.sqrt(6.0 * shape[0] / length());
    }
    return values(name, length(), offset, scale);
  }

  /** Images [batch, 3, size, size] in [-1, 1). */
  static float[] images(int batch, int size) {
    if (batch < 1 || size < 1) {
      throw new IllegalArgumentException(
          "expected at least one image of at least one pixel, found " + batch + " of " + size);
    }
    return values("input", Math.multiplyExact(batch * 3, size * size), 0, 1);
  }

  private static float[] values(String name, int length, double offset, double scale) {
    long seed = fnv1a64(name);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      double u = (splitmix64(seed + i) >>> 40) / (double) (1 << 24);
      values[i] = (float) (offset + scale * (2 * u - 1));
    }
    return values;
  }

  private static long fnv1a64(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
    }
    return hash;
  }

  private static long splitmix64(long x) {
    x += 0x9E3779B97F4A7C15L;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
