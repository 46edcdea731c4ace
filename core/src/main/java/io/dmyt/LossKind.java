package io.dmyt;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.dmyt.internal.Extensions;
import io.dmyt.internal.Text;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.loss.DummyTripletLoss;
import io.dmyt.loss.TripletLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss that detectors can be trained with, and the rule by which they are judged then.
 *
 * <p>A loss of your own joins by implementing this interface in a public class with a public
 * constructor without arguments, of which one instance is made. It is found by {@link
 * java.util.ServiceLoader} if the class's name stands in {@code META-INF/services/io.dmyt.LossKind}
 * of its jar; {@code dmyt train -l my.pkg.MyLoss} takes it without that as well. A saved detector
 * holds {@link #id()} alone.
 *
 * <p>A network's graph ends in the stock losses of DL4J when it is saved, so that other programs
 * open it whatever it was trained with.
 */
@SuppressWarnings("ClassInitializationDeadlock") // The class of its constants is used here alone.
@JsonSerialize(using = LossIds.Writer.class)
@JsonDeserialize(using = LossIds.Reader.class)
public interface LossKind {
  /** The Dummy Triplet loss on embeddings; a prediction is the class of the best dummy. */
  LossKind DMYT =
      new StandardLoss(
          "DMYT",
          "DmyT",
          false,
          RuleKind.DUMMIES,
          spec -> new DummyTripletLoss(spec.requireDummies(), spec.weights()));

  /** A triplet loss on embeddings with semi-hard mining; an SVM judges. */
  LossKind TRIPLET =
      new StandardLoss(
          "TRIPLET", "Triplet", false, RuleKind.SVM, spec -> new TripletLoss(spec.weights()));

  /** Cross entropy on a linear classifier's logits; a prediction is the largest logit's class. */
  LossKind CROSS_ENTROPY =
      new StandardLoss(
          "CROSS_ENTROPY",
          "CrossEntropy",
          true,
          RuleKind.ARGMAX,
          spec -> new CrossEntropyLoss(spec.weights()));

  /**
   * Cross entropy on a linear classifier over embeddings of length 1, 0.5 of their uniformity (t =
   * 2) and 0.1 of their alignment (α = 2); a prediction is the largest logit's class. Yermakov et
   * al., <i>Deepfake Detection that Generalizes Across Benchmarks</i> (GenD), WACV 2026.
   */
  LossKind GEND =
      new SphereLoss(
          "GEND",
          "GenD",
          RuleKind.ARGMAX,
          spec -> new CrossEntropyLoss(spec.weights()),
          spec -> SphereLoss.spread());

  /**
   * GenD with DmyT's dummies, at length 1, in the place of the classifier; a prediction is the
   * class of the best dummy.
   */
  LossKind DMYT_GEND =
      new SphereLoss(
          "DMYT_GEND",
          "DmyT-GenD",
          RuleKind.DUMMIES,
          spec ->
              SphereLoss.with(
                  new DummyTripletLoss(spec.requireDummies(), spec.weights()).onSphere()),
          spec -> null);

  /** What a saved detector calls it: unique, and never changed. By default the class's name. */
  default String id() {
    return getClass().getName();
  }

  /** The name that people write and read, such as DmyT. */
  String label();

  /** Whether the network ends in a linear classifier, so that its outputs are logits. */
  boolean hasClassifier();

  /** Whether embeddings are brought to length 1, before a classifier or as the outputs. */
  default boolean unitLength() {
    return false;
  }

  /**
   * A loss of embeddings [B, embedding size] of length 1 besides that of a classifier's outputs,
   * while the network trains; null for none, as by default.
   *
   * @param spec the detector to be trained
   */
  default @Nullable ILossFunction ofEmbeddings(DetectorSpec spec) {
    return null;
  }

  /** How a detector that was trained with it is judged. */
  RuleKind rule();

  /**
   * The loss over a batch of the network's outputs, [B, embedding size] or [B, classes] with a
   * classifier, and one-hot labels [B, classes]; {@link io.dmyt.loss.ClassLoss} makes one of a few
   * lines of SameDiff.
   *
   * @param spec the detector to be trained: its classes, dummies and weights of classes
   */
  ILossFunction create(DetectorSpec spec);

  /**
   * Finds a loss by its name, case and hyphens ignored. BCE, as the paper's code calls it, is cross
   * entropy.
   *
   * @throws IllegalArgumentException if there is no such loss; the message lists them
   */
  static LossKind parse(String name) {
    String key = key(name);
    if (key.equals("ce") || key.equals("bce")) {
      return CROSS_ENTROPY;
    }
    for (LossKind kind : List.of(DMYT, TRIPLET, CROSS_ENTROPY, GEND, DMYT_GEND)) {
      if (key(kind.label()).equals(key)) {
        return kind;
      }
    }
    List<String> others = new ArrayList<>(List.of(GEND.label(), DMYT_GEND.label()));
    for (LossKind kind : Extensions.of(LossKind.class)) {
      if (kind.id().equals(name) || key(kind.label()).equals(key)) {
        return kind;
      }
      others.add(kind.label());
    }
    throw new IllegalArgumentException(
        Text.format(
            "no loss named %s: there are DmyT, Triplet and CrossEntropy (or BCE), and %s",
            name, String.join(", ", others)));
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }
}
