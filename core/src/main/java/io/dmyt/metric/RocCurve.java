package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.util.ArrayList;
import java.util.List;

/**
 * The receiver operating characteristic: what share of the fakes is found at the price of what
 * share of the real samples called fake, for every threshold that makes a difference.
 *
 * <p>A sample is called fake when its P(fake) is <em>at least</em> the threshold. Samples with the
 * same score are called together. Points lie on the corners between distinct scores, and the curve
 * is straight between them.
 *
 * @param points from (0, 0), where nothing is called fake, to (1, 1), where everything is; a single
 *     class leaves no curve, and the list is empty
 */
public record RocCurve(List<Point> points) {
  /** The threshold that no P(fake) reaches: just above 1. */
  public static final double NEVER = Math.nextUp(1.0);

  /**
   * What one threshold gives.
   *
   * @param threshold P(fake) from which on a sample is called fake: half-way between the lowest
   *     score that is and the highest that is not, for the largest margin on other data
   * @param falsePositiveRate the share of the real samples called fake
   * @param truePositiveRate the share of the fakes called fake
   */
  public record Point(double threshold, double falsePositiveRate, double truePositiveRate) {
    /** The share of the fakes that pass for real. */
    public double falseNegativeRate() {
      return 1 - truePositiveRate;
    }
  }

  /**
   * Where as many fakes are missed, as a share, as real samples are called fake.
   *
   * @param rate the rate, on the straight line between the curve's two points around it
   * @param threshold of the point of the curve where the two rates are closest; of two such points
   *     the one with fewer false positives
   */
  public record EqualErrorRate(double rate, double threshold) {
    static final EqualErrorRate NONE = new EqualErrorRate(Double.NaN, Double.NaN);
  }

  public RocCurve {
    points = List.copyOf(points);
  }

  /** The curve of the scored samples. */
  public static RocCurve of(DetectionScores scores) {
    int[] order = scores.descending();
    long fakes = 0;
    for (int i : order) {
      fakes += scores.isFake(i) ? 1 : 0;
    }
    long reals = order.length - fakes;
    if (fakes == 0 || reals == 0) {
      return new RocCurve(List.of());
    }
    List<Point> points = new ArrayList<>();
    double highest = scores.probability(order[0]);
    points.add(new Point(highest < 1 ? between(highest, 1) : NEVER, 0, 0));
    long found = 0;
    for (int i = 0; i < order.length; i++) {
      found += scores.isFake(order[i]) ? 1 : 0;
      double score = scores.probability(order[i]);
      double next = i + 1 < order.length ? scores.probability(order[i + 1]) : 0;
      if (next < score || i + 1 == order.length) {
        points.add(
            new Point(
                between(next, score), (double) (i + 1 - found) / reals, (double) found / fakes));
      }
    }
    return new RocCurve(points);
  }

  /** Half-way, but above {@code low} unless there is no number between. */
  private static double between(double low, double high) {
    double middle = low + (high - low) / 2;
    return middle > low ? middle : high;
  }

  /** The area under the curve: the chance that a fake scores above a real one. NaN without one. */
  public double area() {
    double area = points.isEmpty() ? Double.NaN : 0;
    for (int i = 1; i < points.size(); i++) {
      Point a = points.get(i - 1);
      Point b = points.get(i);
      area +=
          (b.falsePositiveRate() - a.falsePositiveRate())
              * (a.truePositiveRate() + b.truePositiveRate())
              / 2;
    }
    return area;
  }

  /** The equal error rate with its threshold; both NaN without a curve. */
  public EqualErrorRate equalErrorRate() {
    for (int i = 1; i < points.size(); i++) {
      Point a = points.get(i - 1);
      Point b = points.get(i);
      double excess = b.falsePositiveRate() - b.falseNegativeRate();
      if (excess >= 0) {
        double lack = a.falseNegativeRate() - a.falsePositiveRate();
        double part = lack / (lack + excess);
        return new EqualErrorRate(
            a.falsePositiveRate() + part * (b.falsePositiveRate() - a.falsePositiveRate()),
            lack <= excess ? a.threshold() : b.threshold());
      }
    }
    return EqualErrorRate.NONE;
  }

  /**
   * The point that finds most fakes while calling at most a wanted share of the real samples fake;
   * of equal ones the first. It may be the point that calls nothing fake.
   *
   * @param falsePositiveRate the wanted share, 0 to 1
   * @throws IllegalStateException without a curve
   */
  public Point atFalsePositiveRate(double falsePositiveRate) {
    require(
        falsePositiveRate >= 0 && falsePositiveRate <= 1,
        "a false positive rate is in 0 to 1, found %s",
        falsePositiveRate);
    if (points.isEmpty()) {
      throw noCurve();
    }
    Point best = points.get(0);
    for (Point point : points) {
      if (point.falsePositiveRate() <= falsePositiveRate
          && point.truePositiveRate() > best.truePositiveRate()) {
        best = point;
      }
    }
    return best;
  }

  /** The error for a threshold that is wanted where only one class, or none, has scores. */
  public static IllegalStateException noCurve() {
    return new IllegalStateException("a threshold needs real and fake samples with scores");
  }
}
