package io.dmyt;

import java.util.Locale;

/** The losses that a detector can be trained with. */
public enum LossKind {
  /** The Dummy Triplet loss on embeddings; a prediction is the class of the best dummy. */
  DMYT("DmyT"),
  /** A triplet loss on embeddings with semi-hard mining. */
  TRIPLET("Triplet"),
  /** Cross entropy on a linear classifier's logits. */
  CROSS_ENTROPY("CrossEntropy");

  private final String label;

  LossKind(String label) {
    this.label = label;
  }

  /** The name that people write: DmyT, Triplet or CrossEntropy. */
  public String label() {
    return label;
  }

  /** Whether the network ends in a classifier, so that its output is logits and no embedding. */
  public boolean hasClassifier() {
    return this == CROSS_ENTROPY;
  }

  /**
   * Finds a loss by its name, case and hyphens ignored. BCE, as the paper's code calls it, is cross
   * entropy.
   *
   * @throws IllegalArgumentException if there is no such loss; the message lists them
   */
  public static LossKind parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "")) {
      case "dmyt" -> DMYT;
      case "triplet" -> TRIPLET;
      case "crossentropy", "ce", "bce" -> CROSS_ENTROPY;
      default ->
          throw new IllegalArgumentException(
              "no loss named " + name + ": there are DmyT, Triplet and CrossEntropy (or BCE)");
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
