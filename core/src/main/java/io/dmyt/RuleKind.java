package io.dmyt;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.internal.Extensions;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A kind of {@link DecisionRule}: what it is called, which detectors it suits, and how a rule is
 * made for one of them.
 *
 * <p>A kind of your own joins by implementing {@link Fixed} or {@link Fitted} in a public class
 * with a public constructor without arguments, of which one instance is made. It is found by {@link
 * java.util.ServiceLoader} if the class's name stands in {@code META-INF/services/io.dmyt.RuleKind}
 * of its jar.
 */
@SuppressWarnings(
    "ClassInitializationDeadlock") // The classes of its constants are used here alone.
public sealed interface RuleKind {
  /** The class whose dummy scores best: {@code argmax_k e · d_k / Σ d_k}. */
  RuleKind.Fixed DUMMIES =
      new StandardRule("dummies", "dummies", StandardRule::hasDummies, DummiesRule::new);

  /**
   * Real or fake, by the better of the two root dummies, over a network trained on whatever classes
   * and not trained again (TOMM 2023). With two classes it is {@link #DUMMIES}.
   */
  RuleKind.Fixed ROOT =
      new StandardRule("root", "dummies", StandardRule::hasDummies, RootRule::new);

  /** The class that an SVM fitted on training embeddings says. */
  RuleKind.Fitted SVM = new SvmRuleKind("svm", false);

  /** Real or fake, by an SVM fitted on training embeddings of real against all the rest. */
  RuleKind.Fitted SVM_BINARY = new SvmRuleKind("svm-binary", true);

  /** The class with the largest logit, of a network with a classifier. */
  RuleKind.Fixed ARGMAX =
      new StandardRule(
          "argmax", "classifier", spec -> spec.loss().hasClassifier(), LinearRule::new);

  /** A kind that needs nothing but the detector. */
  non-sealed interface Fixed extends RuleKind {
    /** The rule of a detector that it {@link #suits}. */
    DecisionRule create(DetectorSpec spec);
  }

  /** A kind that is fitted to the embeddings of training images, and judges embeddings. */
  non-sealed interface Fitted extends RuleKind {
    /**
     * Fits a rule.
     *
     * @param embeddings of training images, [N, F]
     * @param labels the class of each, an index of the detector's classes
     * @throws IllegalArgumentException if it can't be fitted to them
     */
    DecisionRule fit(DetectorSpec spec, INDArray embeddings, int[] labels);

    /**
     * The rule whose {@link DecisionRule#state()} this is.
     *
     * @throws IllegalArgumentException if the state is not one of a rule for this detector
     */
    DecisionRule restore(DetectorSpec spec, StateDict state);

    @Override
    default boolean isFitted() {
      return true;
    }
  }

  /** The name that people write, and that a saved detector holds: unique, and never changed. */
  String label();

  /** What it is called in a sentence, such as SVM; its label unless overridden. */
  default String title() {
    return label();
  }

  /** Whether a detector has what it takes. */
  boolean suits(DetectorSpec spec);

  /** What a detector lacks that it does not suit, in a word or two, such as "dummies". */
  String requirement();

  /** Whether it has to be fitted to training images, and is stored with a detector then. */
  default boolean isFitted() {
    return false;
  }

  /** The built-in kinds and all others, in order. */
  static List<RuleKind> all() {
    List<RuleKind> all = new ArrayList<>(List.of(DUMMIES, ROOT, SVM, SVM_BINARY, ARGMAX));
    all.addAll(Extensions.of(RuleKind.class));
    return all;
  }

  /**
   * The kinds that a detector can be judged by.
   *
   * @param spec what the detector is
   */
  static List<RuleKind> of(DetectorSpec spec) {
    return all().stream().filter(kind -> kind.suits(spec)).toList();
  }

  /**
   * Checks that a detector can be judged by it.
   *
   * @throws IllegalArgumentException if it lacks what that takes; the message says what there is
   */
  default void check(DetectorSpec spec) {
    if (!suits(spec)) {
      throw new IllegalArgumentException(
          Text.format(
              "a detector trained with %s has no %s: judge it by %s",
              spec.loss().label(), requirement(), labels(of(spec))));
    }
  }

  /** The kind of that name, case ignored, if there is one. */
  static Optional<RuleKind> find(String name) {
    return all().stream().filter(kind -> kind.label().equalsIgnoreCase(name)).findFirst();
  }

  /**
   * Finds a kind by its name, case ignored.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  static RuleKind parse(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.format("no classifier named \"%s\": there are %s", name, labels(all()))));
  }

  private static String labels(List<RuleKind> kinds) {
    return kinds.stream().map(RuleKind::label).collect(Collectors.joining(", "));
  }
}
