package io.dmyt.training;

import java.io.Serializable;

/**
 * What a step of training does besides the reference's.
 *
 * @param optimizer that takes the step
 * @param momentum of SGD, in [0, 1)
 * @param accumulate how many batches a step's gradient is the mean of, at least 1
 * @param clip the longest that a gradient may be; a longer one is scaled down to it (Pascanu,
 *     Mikolov and Bengio, ICML 2013); 0 for any length
 * @param sam how far from the parameters the gradient is taken, uphill (Foret et al.,
 *     <i>Sharpness-Aware Minimization</i>, ICLR 2021); 0 for at the parameters
 * @param average decay of the parameters' moving average, in [0, 1), which is validated and kept as
 *     the best; 0 for the parameters themselves
 * @param autoBatch whether a batch that does not fit into memory is computed in parts
 * @param onNan what to do about a loss or gradient that is not finite
 */
public record StepOptions(
    Optimizer optimizer,
    double momentum,
    int accumulate,
    double clip,
    double sam,
    double average,
    boolean autoBatch,
    OnNan onNan)
    implements Serializable {
  /** As the reference's. */
  public static final StepOptions REFERENCE =
      new StepOptions(Optimizer.ADAMW, 0.9, 1, 0, 0, 0, false, OnNan.STOP);

  /** What takes the step. */
  public enum Optimizer {
    ADAMW("AdamW"),
    SGD("SGD");

    private final String label;

    Optimizer(String label) {
      this.label = label;
    }

    /** The name that people write. */
    public String label() {
      return label;
    }
  }

  /** What becomes of a training that diverges. */
  public enum OnNan {
    /** It stops. */
    STOP,
    /** The step is left out. */
    SKIP
  }

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public StepOptions {
    check(momentum >= 0 && momentum < 1, "momentum", momentum);
    check(accumulate >= 1, "number of batches to accumulate", accumulate);
    check(clip >= 0 && Double.isFinite(clip), "longest gradient", clip);
    check(sam >= 0 && Double.isFinite(sam), "radius of SAM", sam);
    check(average >= 0 && average < 1, "decay of the moving average", average);
    int ways = (sam > 0 ? 1 : 0) + (accumulate > 1 ? 1 : 0) + (autoBatch ? 1 : 0);
    if (ways > 1) {
      throw new IllegalArgumentException(
          "SAM, accumulated batches and batches in parts don't go together: take one of them");
    }
  }

  private static void check(boolean right, String what, Number value) {
    if (!right) {
      throw new IllegalArgumentException(what + " is out of range: " + value);
    }
  }

  /** Whether the step is the reference's, which engines may take in memory of their own. */
  boolean isPlain() {
    return optimizer == Optimizer.ADAMW
        && accumulate == 1
        && clip == 0
        && sam == 0
        && average == 0
        && !autoBatch
        && onNan == OnNan.STOP;
  }
}
