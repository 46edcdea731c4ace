package io.dmyt;

import io.dmyt.loss.Dummies;
import io.dmyt.loss.Slice;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A rule by the softmax of scaled scores that are linear in the features, see {@link FakeScore}.
 */
abstract class SoftmaxRule implements DecisionRule {
  private final RuleKind kind;
  private final List<String> classes;
  private final int realIndex;
  private final double scale;

  /**
   * @param scale that makes logits of the scores
   */
  SoftmaxRule(RuleKind kind, List<String> classes, int realIndex, double scale) {
    this.kind = kind;
    this.classes = classes;
    this.realIndex = realIndex;
    this.scale = scale;
  }

  /** The scores of features [B, F] for each class, [B][classes]. */
  abstract double[][] scores(INDArray features);

  /** The gradient of each class's score with respect to the features, [classes, F]. */
  abstract INDArray directions();

  /** The class that is said of an image with these scores. */
  int predict(double[] scores) {
    return Decisions.argmax(scores);
  }

  @Override
  public RuleKind kind() {
    return kind;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int realIndex() {
    return realIndex;
  }

  @Override
  public Decisions decide(INDArray features) {
    double[][] scores = scores(features);
    double[] logits = new double[scores.length];
    int[] predictions = new int[scores.length];
    for (int i = 0; i < scores.length; i++) {
      logits[i] = FakeScore.logit(scores[i], realIndex, scale);
      predictions[i] = predict(scores[i]);
    }
    return new Decisions(scores, logits, predictions);
  }

  @Override
  public double[] classProbabilities(double[] scores, double fakeProbability) {
    return FakeScore.classProbabilities(scores, realIndex, scale, fakeProbability);
  }

  /** {@code scale · (Σ_k q_k ∂s_k − ∂s_real)} with q_k the fake classes' shares. */
  @Override
  public INDArray logitGradient(INDArray features) {
    double[][] shares = scores(features);
    for (int i = 0; i < shares.length; i++) {
      shares[i] = FakeScore.classProbabilities(shares[i], realIndex, scale, 1);
      shares[i][realIndex] = -1;
    }
    return Nd4j.createFromArray(shares).castTo(DataType.FLOAT).mmul(directions()).muli(scale);
  }

  @Override
  public INDArray scoreGradient(INDArray features, int classIndex) {
    INDArray direction = directions().getRow(classIndex).reshape(1, -1);
    return direction.repeat(0, features.size(0));
  }

  /** For each of the dummies' vectors the gradient of the mean over its ones. */
  static INDArray means(Dummies dummies, int... vectors) {
    INDArray all = dummies.vectors();
    INDArray means = Nd4j.create(DataType.FLOAT, vectors.length, dummies.size());
    for (int k = 0; k < vectors.length; k++) {
      Slice ones = dummies.ones(vectors[k]);
      means.putRow(k, all.getRow(vectors[k]).div(ones.length()));
    }
    return means;
  }
}
