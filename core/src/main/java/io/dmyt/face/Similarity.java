package io.dmyt.face;

import java.util.List;

/**
 * A turn, a scale and a shift: (x, y) becomes (a x − b y + tx, b x + a y + ty).
 *
 * @param a scale times the cosine of the angle
 * @param b scale times the sine of the angle
 * @param tx shift to the right
 * @param ty shift downwards
 */
record Similarity(double a, double b, double tx, double ty) {

  /**
   * The similarity that takes points closest to others, by the sum of squared distances: what
   * Umeyama 1991 (doi:10.1109/34.88573) gives, which in the plane needs no decomposition, as a
   * similarity is a multiplication of complex numbers.
   *
   * @param to as many as {@code from}
   * @throws IllegalArgumentException if all points to start from are one and the same
   */
  static Similarity fit(List<Point> from, List<Point> to) {
    Point f = mean(from);
    Point t = mean(to);
    double along = 0;
    double across = 0;
    double spread = 0;
    for (int i = 0; i < from.size(); i++) {
      double fx = from.get(i).x() - f.x();
      double fy = from.get(i).y() - f.y();
      double dx = to.get(i).x() - t.x();
      double dy = to.get(i).y() - t.y();
      along += fx * dx + fy * dy;
      across += fx * dy - fy * dx;
      spread += fx * fx + fy * fy;
    }
    if (!(spread > 0)) {
      throw new IllegalArgumentException("a face's landmarks are all the same point");
    }
    double a = along / spread;
    double b = across / spread;
    return new Similarity(a, b, t.x() - a * f.x() + b * f.y(), t.y() - b * f.x() - a * f.y());
  }

  Point apply(Point p) {
    return new Point(a * p.x() - b * p.y() + tx, b * p.x() + a * p.y() + ty);
  }

  private static Point mean(List<Point> points) {
    return new Point(
        points.stream().mapToDouble(Point::x).average().orElseThrow(),
        points.stream().mapToDouble(Point::y).average().orElseThrow());
  }
}
