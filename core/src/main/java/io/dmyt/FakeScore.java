package io.dmyt;

import io.dmyt.internal.Text;
import io.dmyt.metric.Logit;

/**
 * P(fake) from a score per class.
 *
 * <p>The class scores, times a scale, are taken for the logarithms of unnormalised probabilities,
 * as softmax does, and P(fake) is all that is not the real class's: {@code 1 − softmax(scale ·
 * s)[real]}. For a classifier's logits the scale is 1, and this is its own probability.
 *
 * <p>It holds for dummies as well. Their score is the embedding's mean over the dummy's ones,
 * {@code s_k = e·d_k / Σ d_k}. If the embeddings of each class scatter evenly around its dummy with
 * variance σ², then for two classes, whose dummies are equally long with n ones each, {@code ‖e −
 * d_real‖² − ‖e − d_fake‖² = 2n (s_fake − s_real)}, and Bayes' rule gives exactly {@code P(fake) =
 * σ( (n / σ²) (s_fake − s_real))}: a softmax of scores with the scale n/σ². That scale is what
 * {@link Calibration} finds from data; {@link #dummyScale} is where it starts.
 *
 * <p>With several fake classes their probabilities add up, so that P(fake) may pass one half where
 * the real class still has the highest single score.
 */
public final class FakeScore {
  private FakeScore() {}

  /**
   * The scale for dummies' scores before calibration: √size. The losses ask that an embedding be
   * nearer to its dummy by a margin of 1, and on the line between two dummies (distance √size) that
   * is a difference of scores of 1/√size; so an embedding that just keeps the margin has the logit
   * 1, P = 0.73.
   *
   * @param embeddingSize how many features the embedding has
   * @throws IllegalArgumentException if it has fewer than 2
   */
  public static double dummyScale(int embeddingSize) {
    if (embeddingSize < 2) {
      throw new IllegalArgumentException(
          "an embedding for dummies has 2 features or more, found " + embeddingSize);
    }
    return Math.sqrt(embeddingSize);
  }

  /**
   * P(fake), 0 to 1; NaN if a score is.
   *
   * @param scores one score per class, the higher the likelier
   * @param realIndex which of the classes is the real one
   * @param scale above 0: by how much a difference of 1 multiplies the odds, as a power of e
   * @throws IllegalArgumentException if there are fewer than two classes, or no such real one
   */
  public static double probability(double[] scores, int realIndex, double scale) {
    return ofLogit(logit(scores, realIndex, scale));
  }

  /**
   * {@code ln(P(fake) / P(real))}, which stays exact where {@link #probability} is nearly 0 or 1.
   *
   * @param scores one score per class, the higher the likelier
   * @param realIndex which of the classes is the real one
   * @param scale above 0: by how much a difference of 1 multiplies the odds, as a power of e
   * @return NaN if a score is
   * @throws IllegalArgumentException if there are fewer than two classes, or no such real one
   */
  public static double logit(double[] scores, int realIndex, double scale) {
    check(scores, realIndex, scale);
    double highest = highestFake(scores, realIndex);
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      sum += c == realIndex ? 0 : Math.exp(scale * (scores[c] - highest));
    }
    return scale * (highest - scores[realIndex]) + Math.log(sum);
  }

  /**
   * P(class) of each class, in accord with P(fake): the real one's is 1 − P(fake), and the fake
   * classes share P(fake) as the softmax of their scaled scores has it.
   *
   * @param fakeProbability P(fake), calibrated or not
   * @return as many as scores, with sum 1
   * @throws IllegalArgumentException as {@link #probability} does
   */
  public static double[] classProbabilities(
      double[] scores, int realIndex, double scale, double fakeProbability) {
    check(scores, realIndex, scale);
    double highest = highestFake(scores, realIndex);
    double[] probabilities = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      probabilities[c] = c == realIndex ? 0 : Math.exp(scale * (scores[c] - highest));
      sum += probabilities[c];
    }
    for (int c = 0; c < scores.length; c++) {
      probabilities[c] *= fakeProbability / sum;
    }
    probabilities[realIndex] = 1 - fakeProbability;
    return probabilities;
  }

  /** P(fake) from its logit, {@code 1 / (1 + exp(−logit))}, without overflow; NaN of NaN. */
  public static double ofLogit(double logit) {
    return Logit.probability(logit);
  }

  /**
   * The logit of P(fake), {@code ln(p / (1 − p))}, with p kept 2⁻⁵² away from 0 and 1; NaN of NaN.
   */
  public static double toLogit(double probability) {
    return Logit.of(probability);
  }

  private static double highestFake(double[] scores, int realIndex) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < scores.length; c++) {
      highest = c == realIndex ? highest : Math.max(highest, scores[c]);
    }
    return highest;
  }

  private static void check(double[] scores, int realIndex, double scale) {
    if (scores.length < 2 || realIndex < 0 || realIndex >= scores.length) {
      throw new IllegalArgumentException(
          Text.format(
              "the real class is %d, but there are only %d classes", realIndex, scores.length));
    }
    if (!(scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException("scale must be above 0 and finite, found " + scale);
    }
  }
}
