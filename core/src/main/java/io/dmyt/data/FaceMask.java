package io.dmyt.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where in a picture a face is: the convex hull of its landmarks, if a {@link LandmarkFile} has 68
 * or 81 of them; an ellipse around five points (eyes, nose, corners of the mouth) if it has those;
 * else an ellipse in the middle.
 */
final class FaceMask {
  private static final int FIVE = 5;
  private static final int GRID = 4;

  private final int width;
  private final int height;
  private final List<double[]> hull;

  private FaceMask(int width, int height, List<double[]> hull) {
    this.width = width;
    this.height = height;
    this.hull = hull;
  }

  /**
   * The face of a sample.
   *
   * @throws BadImageException if there is a file of landmarks that holds none
   */
  static FaceMask of(Sample sample, int width, int height) {
    double @Nullable [][] points = landmarks(sample);
    if (points == null) {
      double[] centre = {width / 2.0, height / 2.0};
      return ellipse(width, height, centre, new double[] {0, 1}, 0.32 * width, 0.42 * height);
    }
    if (points.length == FIVE) {
      return around(width, height, points);
    }
    return new FaceMask(width, height, hull(List.of(points)));
  }

  private static double @Nullable [][] landmarks(Sample sample) {
    try {
      return LandmarkFile.read(Path.of(sample.id().source()));
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /**
   * From above the eyes to the chin, turned as the face is: the eyes' distance is four tenths of
   * the face's width.
   */
  private static FaceMask around(int width, int height, double[][] p) {
    double eyes = Math.hypot(p[0][0] - p[1][0], p[0][1] - p[1][1]);
    double[] between = {(p[0][0] + p[1][0]) / 2, (p[0][1] + p[1][1]) / 2};
    double x = (p[3][0] + p[4][0]) / 2 - between[0];
    double y = (p[3][1] + p[4][1]) / 2 - between[1];
    double length = Math.hypot(x, y);
    double[] down = length > 0 ? new double[] {x / length, y / length} : new double[] {0, 1};
    double drop = Math.max(length, eyes / 2);
    double[] centre = {between[0] + 0.6 * drop * down[0], between[1] + 0.6 * drop * down[1]};
    return ellipse(width, height, centre, down, 1.2 * eyes, 1.45 * drop);
  }

  /**
   * @param down unit vector of the axis from the forehead to the chin
   * @param across half of the other axis
   * @param along half of that axis
   */
  private static FaceMask ellipse(
      int width, int height, double[] centre, double[] down, double across, double along) {
    List<double[]> outline = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      double angle = 2 * Math.PI * i / 64;
      double a = across * Math.cos(angle);
      double b = along * Math.sin(angle);
      outline.add(
          new double[] {
            centre[0] + a * down[1] + b * down[0], centre[1] - a * down[0] + b * down[1]
          });
    }
    return new FaceMask(width, height, hull(outline));
  }

  /** Andrew's monotone chain: the corners of the convex hull, in turn. */
  private static List<double[]> hull(List<double[]> points) {
    List<double[]> sorted = new ArrayList<>(points);
    sorted.sort(Comparator.<double[]>comparingDouble(p -> p[0]).thenComparingDouble(p -> p[1]));
    List<double[]> all = chain(sorted);
    java.util.Collections.reverse(sorted);
    all.addAll(chain(sorted));
    return all;
  }

  private static List<double[]> chain(List<double[]> sorted) {
    List<double[]> chain = new ArrayList<>();
    for (double[] p : sorted) {
      while (chain.size() > 1
          && cross(chain.get(chain.size() - 2), chain.get(chain.size() - 1), p) <= 0) {
        chain.remove(chain.size() - 1);
      }
      chain.add(p);
    }
    chain.remove(chain.size() - 1);
    return chain;
  }

  private static double cross(double[] a, double[] b, double[] c) {
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  }

  private boolean contains(double x, double y) {
    double[] at = {x, y};
    for (int i = 0; i < hull.size(); i++) {
      if (cross(hull.get(i), hull.get((i + 1) % hull.size()), at) < 0) {
        return false;
      }
    }
    return !hull.isEmpty();
  }

  /**
   * The mask, [height · width], 0 outside to 1 inside: bent by a coarse random field, blurred, cut
   * back to what is still whole, and blurred again.
   */
  float[] deformed(RandomGenerator random) {
    double reach = 0.05 * Math.max(width, height);
    double[] bendX = field(random, reach);
    double[] bendY = field(random, reach);
    float[] mask = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double dx = at(bendX, x, y);
        double dy = at(bendY, x, y);
        mask[y * width + x] = contains(x + dx, y + dy) ? 1 : 0;
      }
    }
    int side = Math.min(width, height);
    blur(mask, 1 + random.nextInt(Math.max(1, side / 32)));
    for (int i = 0; i < mask.length; i++) {
      mask[i] = mask[i] < 0.999f ? 0 : 1;
    }
    int radius = 1 + random.nextInt(Math.max(1, side / 16));
    blur(mask, radius);
    blur(mask, radius);
    return mask;
  }

  private static double[] field(RandomGenerator random, double reach) {
    double[] field = new double[(GRID + 1) * (GRID + 1)];
    for (int i = 0; i < field.length; i++) {
      field[i] = reach * (2 * random.nextDouble() - 1);
    }
    return field;
  }

  private double at(double[] field, int x, int y) {
    double fx = (double) x * GRID / width;
    double fy = (double) y * GRID / height;
    int ix = (int) fx;
    int iy = (int) fy;
    double ax = fx - ix;
    double ay = fy - iy;
    int k = iy * (GRID + 1) + ix;
    double above = (1 - ax) * field[k] + ax * field[k + 1];
    double below = (1 - ax) * field[k + GRID + 1] + ax * field[k + GRID + 2];
    return (1 - ay) * above + ay * below;
  }

  /** The mean over a square, along rows and then columns; beyond the border there is no face. */
  private void blur(float[] mask, int radius) {
    float[] line = new float[Math.max(width, height)];
    for (int y = 0; y < height; y++) {
      blur(mask, y * width, 1, width, radius, line);
    }
    for (int x = 0; x < width; x++) {
      blur(mask, x, width, height, radius, line);
    }
  }

  private static void blur(float[] mask, int from, int step, int count, int radius, float[] line) {
    double sum = 0;
    for (int i = 0; i < Math.min(radius, count); i++) {
      sum += mask[from + i * step];
    }
    for (int i = 0; i < count; i++) {
      if (i + radius < count) {
        sum += mask[from + (i + radius) * step];
      }
      if (i - radius - 1 >= 0) {
        sum -= mask[from + (i - radius - 1) * step];
      }
      line[i] = (float) (sum / (2 * radius + 1));
    }
    for (int i = 0; i < count; i++) {
      mask[from + i * step] = line[i];
    }
  }
}
