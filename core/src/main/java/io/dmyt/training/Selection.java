package io.dmyt.training;

import java.io.Serializable;
import java.util.List;

/**
 * Which epoch is the best one, and when to give up on a better one.
 *
 * @param by what epochs are compared by
 * @param patience after how many epochs without a better one training ends; 0 for never
 */
public record Selection(By by, int patience) implements Serializable {
  /** By accuracy, or where a rule has to be fitted first, by loss; to the last epoch. */
  public static final Selection REFERENCE = new Selection(By.REFERENCE, 0);

  /** What epochs are compared by, on the validation images. */
  public enum By {
    /** Accuracy; with a rule that has to be fitted first, as with Triplet, the loss. */
    REFERENCE,
    ACCURACY,
    BALANCED_ACCURACY,
    /** ROC AUC by image. */
    AUC,
    /** ROC AUC by video, of the means of its frames. */
    VIDEO_AUC,
    /** Equal error rate. */
    EER,
    LOSS;

    /** Whether a metric comes from the rule's P(fake). */
    boolean needsScores() {
      return this == AUC || this == VIDEO_AUC || this == EER;
    }
  }

  /**
   * @throws IllegalArgumentException if the patience is negative
   */
  public Selection {
    if (patience < 0) {
      throw new IllegalArgumentException("patience is out of range: " + patience);
    }
  }

  /** Whether training has gone on for long enough without a better epoch. */
  boolean isOver(List<EpochResult> history) {
    int best = 0;
    for (int i = 0; i < history.size(); i++) {
      best = history.get(i).best() ? i : best;
    }
    return patience > 0 && history.size() - 1 - best >= patience;
  }
}
