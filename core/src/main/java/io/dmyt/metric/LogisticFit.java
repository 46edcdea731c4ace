package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.util.stream.IntStream;

/**
 * Logistic regression of the truth on one variable, the logit of P(fake), by Newton's method with
 * backtracking (Lin, Lin and Weng 2007, algorithm 1). The objective is convex, and Platt's targets
 * keep its minimum finite.
 *
 * @param slope by which the logit is multiplied
 * @param offset that is added to it
 */
public record LogisticFit(double slope, double offset) {
  private static final int MAX_STEPS = 100;
  private static final double GRADIENT_TOLERANCE = 1e-10;

  /** Keeps the Hessian invertible where all variables are the same. */
  private static final double RIDGE = 1e-12;

  /** The share of the expected decrease that a step has to bring. */
  private static final double SUFFICIENT = 1e-4;

  private static final double SMALLEST_STEP = 1e-10;

  /**
   * Fits the scored samples.
   *
   * @param withOffset whether to fit the offset too; false leaves it 0
   * @throws IllegalArgumentException unless real and fake samples have scores
   */
  public static LogisticFit of(DetectionScores scores, boolean withOffset) {
    int[] scored =
        IntStream.range(0, scores.size())
            .filter(i -> !Double.isNaN(scores.probability(i)))
            .toArray();
    long fakes = IntStream.of(scored).filter(scores::isFake).count();
    long reals = scored.length - fakes;
    require(
        fakes > 0 && reals > 0,
        "calibration needs real and fake samples with scores, found %d and %d",
        reals,
        fakes);
    double[] x = IntStream.of(scored).mapToDouble(i -> Logit.of(scores.probability(i))).toArray();
    double[] target =
        IntStream.of(scored)
            .mapToDouble(i -> scores.isFake(i) ? (fakes + 1.0) / (fakes + 2) : 1.0 / (reals + 2))
            .toArray();
    LogisticFit start = new LogisticFit(0, withOffset ? Math.log((fakes + 1.0) / (reals + 1)) : 0);
    return start.minimised(x, target, withOffset);
  }

  private LogisticFit minimised(double[] x, double[] target, boolean withOffset) {
    LogisticFit at = this;
    double loss = at.loss(x, target);
    for (int step = 0; step < MAX_STEPS; step++) {
      double slopeGradient = 0;
      double offsetGradient = 0;
      double slopeCurvature = RIDGE;
      double offsetCurvature = RIDGE;
      double mixedCurvature = 0;
      for (int i = 0; i < x.length; i++) {
        double p = Logit.probability(at.slope * x[i] + at.offset);
        double error = (p - target[i]) / x.length;
        double weight = p * (1 - p) / x.length;
        slopeGradient += error * x[i];
        slopeCurvature += weight * x[i] * x[i];
        if (withOffset) {
          offsetGradient += error;
          offsetCurvature += weight;
          mixedCurvature += weight * x[i];
        }
      }
      if (Math.max(Math.abs(slopeGradient), Math.abs(offsetGradient)) < GRADIENT_TOLERANCE) {
        break;
      }
      double determinant = slopeCurvature * offsetCurvature - mixedCurvature * mixedCurvature;
      double slopeStep =
          -(offsetCurvature * slopeGradient - mixedCurvature * offsetGradient) / determinant;
      double offsetStep =
          -(slopeCurvature * offsetGradient - mixedCurvature * slopeGradient) / determinant;
      double decrease = slopeGradient * slopeStep + offsetGradient * offsetStep;

      double length = 1;
      LogisticFit next = at.moved(slopeStep, offsetStep, length);
      double nextLoss = next.loss(x, target);
      while (nextLoss > loss + SUFFICIENT * length * decrease && length > SMALLEST_STEP) {
        length /= 2;
        next = at.moved(slopeStep, offsetStep, length);
        nextLoss = next.loss(x, target);
      }
      if (nextLoss >= loss) {
        break; // As good as rounding lets it be.
      }
      at = next;
      loss = nextLoss;
    }
    return at;
  }

  private LogisticFit moved(double slopeStep, double offsetStep, double length) {
    return new LogisticFit(slope + length * slopeStep, offset + length * offsetStep);
  }

  /** The mean cross entropy. */
  private double loss(double[] x, double[] target) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double z = slope * x[i] + offset;
      // ln(1 + exp(z)) − target · z, without overflow.
      sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target[i] * z;
    }
    return sum / x.length;
  }
}
