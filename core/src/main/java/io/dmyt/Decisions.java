package io.dmyt;

import io.dmyt.internal.Text;
import java.util.Arrays;

/**
 * What a {@link DecisionRule} says of a batch of B images.
 *
 * @param scores how well each of the rule's classes fits, [B][classes], larger is better; −∞ for a
 *     class that the rule has never seen
 * @param logits {@code ln(P(fake) / P(real))}, [B], before calibration: above 0 is fake; NaN where
 *     a feature is no number
 * @param predictions the class that is said of each image, [B], an index of the rule's classes
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Decisions(double[][] scores, double[] logits, int[] predictions) {
  /**
   * @throws IllegalArgumentException if the numbers of images differ
   */
  public Decisions {
    if (scores.length != logits.length || scores.length != predictions.length) {
      throw new IllegalArgumentException(
          Text.format(
              "%d scores, %d logits, %d predictions: the numbers must be equal",
              scores.length, logits.length, predictions.length));
    }
  }

  /** σ of the logits, [B]: 0 real … 1 fake; NaN of NaN. */
  public double[] fakeProbabilities() {
    return Arrays.stream(logits).map(FakeScore::ofLogit).toArray();
  }

  /** The index of the largest of an image's scores, [classes]; of equal ones the first. */
  public static int argmax(double[] scores) {
    int best = 0;
    for (int k = 1; k < scores.length; k++) {
      best = scores[k] > scores[best] ? k : best;
    }
    return best;
  }
}
