package io.dmyt.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;

class SimilarityTest {
  private static List<Point> random(Random random, double spread) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < Face.LANDMARKS; i++) {
      points.add(new Point(random.nextGaussian() * spread, random.nextGaussian() * spread));
    }
    return points;
  }

  /** Umeyama 1991, equations 34 to 42, with a singular value decomposition; [a, b, tx, ty]. */
  private static double[] umeyama(List<Point> from, List<Point> to) {
    int n = from.size();
    double[] f = mean(from);
    double[] t = mean(to);
    RealMatrix covariance = MatrixUtils.createRealMatrix(2, 2);
    double variance = 0;
    for (int i = 0; i < n; i++) {
      double[] p = {from.get(i).x() - f[0], from.get(i).y() - f[1]};
      double[] q = {to.get(i).x() - t[0], to.get(i).y() - t[1]};
      variance += (p[0] * p[0] + p[1] * p[1]) / n;
      for (int r = 0; r < 2; r++) {
        for (int c = 0; c < 2; c++) {
          covariance.addToEntry(r, c, q[r] * p[c] / n);
        }
      }
    }
    SingularValueDecomposition svd = new SingularValueDecomposition(covariance);
    double determinant = new LUDecomposition(covariance).getDeterminant();
    double sign = determinant < 0 ? -1 : 1;
    RealMatrix s = MatrixUtils.createRealDiagonalMatrix(new double[] {1, sign});
    RealMatrix rotation = svd.getU().multiply(s).multiply(svd.getVT());
    double[] d = svd.getSingularValues();
    double scale = (d[0] + sign * d[1]) / variance;
    double a = scale * rotation.getEntry(0, 0);
    double b = scale * rotation.getEntry(1, 0);
    return new double[] {a, b, t[0] - a * f[0] + b * f[1], t[1] - b * f[0] - a * f[1]};
  }

  private static double[] mean(List<Point> points) {
    return new double[] {
      points.stream().mapToDouble(Point::x).average().orElseThrow(),
      points.stream().mapToDouble(Point::y).average().orElseThrow()
    };
  }

  /** For any points, mirrored ones among them. */
  @Test
  void equalsUmeyama() {
    Random random = new Random(3);
    for (int k = 0; k < 500; k++) {
      List<Point> from = random(random, 50);
      List<Point> to = random(random, 80);
      double[] expected = umeyama(from, to);
      Similarity found = Similarity.fit(from, to);
      double[] values = {found.a(), found.b(), found.tx(), found.ty()};
      for (int i = 0; i < 4; i++) {
        assertEquals(expected[i], values[i], 1e-6 * Math.max(1, Math.abs(expected[i])));
      }
    }
  }

  @Test
  void findsTheSimilarityThatMadeThePoints() {
    Random random = new Random(4);
    for (int k = 0; k < 100; k++) {
      Similarity made =
          new Similarity(
              random.nextGaussian(),
              random.nextGaussian(),
              random.nextGaussian() * 90,
              random.nextGaussian() * 90);
      List<Point> from = random(random, 50);
      Similarity found = Similarity.fit(from, from.stream().map(made::apply).toList());
      assertEquals(made.a(), found.a(), 1e-9);
      assertEquals(made.b(), found.b(), 1e-9);
      assertEquals(made.tx(), found.tx(), 1e-7);
      assertEquals(made.ty(), found.ty(), 1e-7);
    }
  }

  @Test
  void refusesASinglePoint() {
    List<Point> same = Collections.nCopies(5, new Point(3, 4));
    assertThrows(IllegalArgumentException.class, () -> Similarity.fit(same, same));
  }
}
