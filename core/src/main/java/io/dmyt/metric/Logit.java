package io.dmyt.metric;

/** Probabilities and their logits, {@code ln(p / (1 − p))}. */
public final class Logit {
  /** How far a probability is kept from 0 and 1, where the logit is infinite. */
  private static final double CLIP = Math.ulp(1.0);

  private Logit() {}

  /**
   * The logit of a probability, which is kept 2⁻⁵² away from 0 and 1.
   *
   * @param probability 0 to 1; NaN gives NaN
   */
  public static double of(double probability) {
    double clipped = Math.min(Math.max(probability, CLIP), 1 - CLIP);
    return Math.log(clipped) - Math.log1p(-clipped);
  }

  /**
   * The probability of a logit, {@code 1 / (1 + exp(−logit))}, without overflow.
   *
   * @param logit any number; NaN gives NaN
   */
  public static double probability(double logit) {
    double e = Math.exp(-Math.abs(logit));
    return logit >= 0 ? 1 / (1 + e) : e / (1 + e);
  }
}
