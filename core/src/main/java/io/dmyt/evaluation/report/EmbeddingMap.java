package io.dmyt.evaluation.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Embeddings in a plane: their two principal components, the directions in which they scatter most
 * (Pearson 1901). The dummies are drawn into the same plane; it is the embeddings alone that it is
 * fitted to.
 *
 * @param classes the class names
 * @param samples where each sample is
 * @param dummies where each dummy is, by name
 * @param variance the share of the embeddings' variance that each of the two directions has, 0 to 1
 */
public record EmbeddingMap(
    List<String> classes, List<Sample> samples, Map<String, Point> dummies, List<Double> variance) {
  private static final int MAX_ITERATIONS = 300;
  private static final double TOLERANCE = 1e-9;

  /** A place in the plane. */
  public record Point(double x, double y) {}

  /** A sample's place and its class index. */
  public record Sample(Point at, int label) {}

  public EmbeddingMap {
    classes = List.copyOf(classes);
    samples = List.copyOf(samples);
    dummies = Collections.unmodifiableMap(new LinkedHashMap<>(dummies));
    variance = List.copyOf(variance);
  }

  /**
   * Maps embeddings. A few hundred per class are enough, and make a page that opens fast.
   *
   * @param embeddings at least one row of features
   * @param labels the class index of each row
   * @param dummies as long as the embeddings, by name; may be empty
   * @throws IllegalArgumentException if lengths differ, or a label is no class
   */
  public static EmbeddingMap of(
      float[][] embeddings, int[] labels, List<String> classes, Map<String, float[]> dummies) {
    if (embeddings.length == 0 || embeddings.length != labels.length) {
      throw new IllegalArgumentException(
          "a map needs as many labels as embeddings, and one at least; found "
              + labels.length
              + " and "
              + embeddings.length);
    }
    int features = embeddings[0].length;
    for (float[] row : embeddings) {
      checkLength(row, features);
    }
    double[] mean = mean(embeddings, features);
    double[][] axes = principalAxes(embeddings, mean);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new IllegalArgumentException("label " + labels[i] + " is not one of " + classes);
      }
      samples.add(new Sample(project(embeddings[i], mean, axes), labels[i]));
    }
    Map<String, Point> places = new LinkedHashMap<>();
    dummies.forEach(
        (name, dummy) -> {
          checkLength(dummy, features);
          places.put(name, project(dummy, mean, axes));
        });
    return new EmbeddingMap(classes, samples, places, shares(embeddings, mean, samples));
  }

  private static void checkLength(float[] row, int features) {
    if (row.length != features) {
      throw new IllegalArgumentException(
          "embeddings and dummies must be as long: found " + row.length + " and " + features);
    }
  }

  private static double[] mean(float[][] rows, int features) {
    double[] mean = new double[features];
    for (float[] row : rows) {
      for (int f = 0; f < features; f++) {
        mean[f] += row[f] / (double) rows.length;
      }
    }
    return mean;
  }

  /** Orthogonal iteration with the covariance, which is never formed. */
  private static double[][] principalAxes(float[][] rows, double[] mean) {
    int features = mean.length;
    SplittableRandom random = new SplittableRandom(0);
    double[][] axes = new double[2][features];
    for (double[] axis : axes) {
      for (int f = 0; f < features; f++) {
        axis[f] = random.nextGaussian();
      }
    }
    orthonormalise(axes);
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      double[][] next = new double[2][features];
      for (float[] row : rows) {
        Point at = project(row, mean, axes);
        for (int f = 0; f < features; f++) {
          double centred = row[f] - mean[f];
          next[0][f] += at.x() * centred;
          next[1][f] += at.y() * centred;
        }
      }
      orthonormalise(next);
      double change = 2 - Math.abs(dot(axes[0], next[0])) - Math.abs(dot(axes[1], next[1]));
      axes = next;
      if (change < TOLERANCE) {
        break;
      }
    }
    for (double[] axis : axes) {
      makeLargestPositive(axis);
    }
    return axes;
  }

  /** Gram-Schmidt; a direction without extent stays zero. */
  private static void orthonormalise(double[][] axes) {
    normalise(axes[0]);
    double along = dot(axes[0], axes[1]);
    for (int f = 0; f < axes[1].length; f++) {
      axes[1][f] -= along * axes[0][f];
    }
    normalise(axes[1]);
  }

  private static void normalise(double[] axis) {
    double norm = Math.sqrt(dot(axis, axis));
    for (int f = 0; f < axis.length; f++) {
      axis[f] = norm > 0 ? axis[f] / norm : 0;
    }
  }

  /** The sign of a principal axis is arbitrary: one that does not depend on where it began. */
  private static void makeLargestPositive(double[] axis) {
    double largest = 0;
    for (double value : axis) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    if (largest < 0) {
      for (int f = 0; f < axis.length; f++) {
        axis[f] = -axis[f];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static Point project(float[] row, double[] mean, double[][] axes) {
    double x = 0;
    double y = 0;
    for (int f = 0; f < mean.length; f++) {
      double centred = row[f] - mean[f];
      x += centred * axes[0][f];
      y += centred * axes[1][f];
    }
    return new Point(x, y);
  }

  private static List<Double> shares(float[][] rows, double[] mean, List<Sample> samples) {
    double total = 0;
    for (float[] row : rows) {
      for (int f = 0; f < mean.length; f++) {
        total += (row[f] - mean[f]) * (row[f] - mean[f]);
      }
    }
    double x = samples.stream().mapToDouble(s -> s.at().x() * s.at().x()).sum();
    double y = samples.stream().mapToDouble(s -> s.at().y() * s.at().y()).sum();
    return total > 0 ? List.of(x / total, y / total) : List.of(0.0, 0.0);
  }
}
