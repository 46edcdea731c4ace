package io.dmyt;

import io.dmyt.checkpoint.StateDict;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How a verdict follows from what a network answers: scores of classes, P(fake), and for heat maps
 * the gradients of both. A {@link RuleKind} makes it.
 *
 * <p>Immutable.
 */
public interface DecisionRule {
  /** What a rule judges: [B, F]. */
  enum Input {
    /** The embedding, also where a classifier follows. */
    EMBEDDING,
    /** What the network's last layer answers: the classifier's logits, else the embedding. */
    OUTPUT
  }

  /** What kind of rule it is. */
  RuleKind kind();

  /** The classes that it tells apart: the detector's own, or two, {@code fake} and real. */
  List<String> classes();

  /** Which of {@link #classes()} is the real one. */
  int realIndex();

  /** What it judges. */
  default Input input() {
    return Input.EMBEDDING;
  }

  /**
   * Fails if it judges features of another size.
   *
   * @throws IllegalArgumentException then
   */
  default void checkSize(int features) {}

  /**
   * Judges a batch.
   *
   * @param features of {@link #input()}, [B, F]
   */
  Decisions decide(INDArray features);

  /**
   * Whether σ of the logit is meant as a probability before anything is calibrated; a margin's is
   * not, it only ranks images.
   */
  default boolean isProbability() {
    return true;
  }

  /**
   * P(class) of each class of {@link #classes()} in accord with P(fake), calibrated or not: the
   * real one's is 1 − P(fake), and the fake classes share P(fake) as the softmax of their scores
   * has it.
   *
   * @param scores of one image
   * @return as many as scores, with sum 1
   */
  default double[] classProbabilities(double[] scores, double fakeProbability) {
    return FakeScore.classProbabilities(scores, realIndex(), 1, fakeProbability);
  }

  /**
   * The gradient of each image's logit with respect to its features.
   *
   * @param features of {@link #input()}, [B, F]
   * @return [B, F]
   */
  INDArray logitGradient(INDArray features);

  /**
   * The gradient, with respect to each image's features, of what speaks for one class.
   *
   * @param features of {@link #input()}, [B, F]
   * @param classIndex of {@link #classes()}
   * @return [B, F]
   */
  INDArray scoreGradient(INDArray features, int classIndex);

  /** Points in the space of embeddings that it measures distances to, by name; or none. */
  default Map<String, float[]> references() {
    return Map.of();
  }

  /**
   * How far each image is from each of {@link #references()}, [B][references].
   *
   * @param features of {@link #input()}, [B, F]
   */
  default double[][] distances(INDArray features) {
    return new double[Math.toIntExact(features.size(0))][0];
  }

  /**
   * What was fitted, to be stored with the detector and given to {@link RuleKind.Fitted#restore};
   * empty for a rule that follows from the detector.
   */
  default StateDict state() {
    return StateDict.builder().build();
  }

  /** What was fitted in a few words, such as its size; empty if there is nothing to say. */
  default String summary() {
    return "";
  }
}
