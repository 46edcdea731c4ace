package io.dmyt.evaluation;

import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways from an embedding to a verdict. */
public enum Classifier {
  /** The class whose dummy scores best: {@code argmax_k e · d_k / Σ d_k}. */
  DUMMIES("dummies", false, false),
  /**
   * Real or fake, by the better of the two root dummies, over a network trained on whatever classes
   * and not trained again (TOMM 2023). With two classes it is {@link #DUMMIES}.
   */
  ROOT("root", true, false),
  /** The class that an SVM fitted on training embeddings says. */
  SVM("svm", false, true),
  /** Real or fake, by an SVM fitted on training embeddings of real against all the rest. */
  SVM_BINARY("svm-binary", true, true),
  /** The class with the largest logit, of a network with a classifier. */
  ARGMAX("argmax", false, false);

  private final String label;
  private final boolean binary;
  private final boolean fitted;

  Classifier(String label, boolean binary, boolean fitted) {
    this.label = label;
    this.binary = binary;
    this.fitted = fitted;
  }

  /** The name that people write. */
  public String label() {
    return label;
  }

  /** Whether it tells only real from fake, whatever the classes. */
  public boolean isBinary() {
    return binary;
  }

  /** Whether it has to be fitted on training embeddings. */
  public boolean isFitted() {
    return fitted;
  }

  /** How the reference judges a network trained with a loss. */
  public static Classifier of(LossKind loss) {
    return switch (loss) {
      case DMYT -> DUMMIES;
      case TRIPLET -> SVM;
      case CROSS_ENTROPY -> ARGMAX;
    };
  }

  /** Those that a detector can be judged by. */
  public static List<Classifier> of(DetectorSpec spec) {
    return Arrays.stream(values()).filter(c -> c.suits(spec)).toList();
  }

  private boolean suits(DetectorSpec spec) {
    return switch (this) {
      case DUMMIES, ROOT -> spec.judgedByDummies();
      case SVM, SVM_BINARY -> true;
      case ARGMAX -> spec.loss().hasClassifier();
    };
  }

  /**
   * Checks that a detector can be judged in this way.
   *
   * @throws IllegalArgumentException if it lacks what that takes; the message says what there is
   */
  public void check(DetectorSpec spec) {
    if (!suits(spec)) {
      throw new IllegalArgumentException(
          "a detector trained with %s has no %s: judge it by %s"
              .formatted(spec.loss(), this == ARGMAX ? "classifier" : "dummies", labels(of(spec))));
    }
  }

  /**
   * Finds a way by its name, case ignored.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static Classifier parse(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(c -> c.label.equals(lower))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no classifier named \"%s\": there are %s"
                        .formatted(name, labels(List.of(values())))));
  }

  private static String labels(List<Classifier> ways) {
    return ways.stream().map(Classifier::label).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return label;
  }
}
