package io.dmyt;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.internal.Text;
import io.dmyt.svm.EmbeddingSvm;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * By an SVM: the scores are its votes, the logit is its {@link EmbeddingSvm#fakeMargin}, which
 * ranks images but is no probability before it is calibrated. (Platt's method makes it one, from
 * images that neither network nor SVM were fitted to.)
 */
public final class SvmRule implements DecisionRule {
  private final RuleKind kind;
  private final List<String> classes;
  private final int realIndex;
  private final EmbeddingSvm svm;

  SvmRule(RuleKind kind, List<String> classes, int realIndex, EmbeddingSvm svm) {
    this.kind = kind;
    this.classes = classes;
    this.realIndex = realIndex;
    this.svm = svm;
    int[] known = svm.classes();
    if (known[known.length - 1] >= classes.size() || Arrays.binarySearch(known, realIndex) < 0) {
      throw new IllegalArgumentException(
          Text.format(
              "an SVM of the classes %s, for a detector of %s with real class %d",
              Arrays.toString(known), classes, realIndex));
    }
  }

  /**
   * The rule of an SVM that tells a detector's classes apart.
   *
   * @param svm fitted to embeddings that are labelled by the detector's classes
   * @throws IllegalArgumentException if it tells other classes apart, or not the real one
   */
  public static SvmRule of(DetectorSpec spec, EmbeddingSvm svm) {
    return new SvmRule(RuleKind.SVM, spec.classes(), spec.realIndex(), svm);
  }

  @Override
  public void checkSize(int features) {
    if (svm.parts().features() != features) {
      throw new IllegalArgumentException(
          Text.format(
              "an SVM over %d features, for a detector with embeddings of %d",
              svm.parts().features(), features));
    }
  }

  /** The SVM itself. */
  public EmbeddingSvm svm() {
    return svm;
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
  public boolean isProbability() {
    return false;
  }

  @Override
  public Decisions decide(INDArray features) {
    float[][] embeddings = features.toFloatMatrix();
    double[][] scores = new double[embeddings.length][classes.size()];
    double[] logits = new double[embeddings.length];
    IntStream.range(0, embeddings.length)
        .parallel()
        .forEach(i -> logits[i] = judge(embeddings[i], scores[i]));
    return new Decisions(
        scores, logits, Arrays.stream(scores).mapToInt(Decisions::argmax).toArray());
  }

  /** Fills in the votes and returns the margin: NaN for what is no embedding. */
  private double judge(float[] embedding, double[] scores) {
    if (!isFinite(embedding)) {
      Arrays.fill(scores, Double.NaN);
      return Double.NaN;
    }
    double[] decisions = svm.decisions(embedding);
    int[] votes = svm.votes(decisions);
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (int k = 0; k < votes.length; k++) {
      scores[svm.classes()[k]] = votes[k];
    }
    return svm.fakeMargin(decisions, realIndex);
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public INDArray logitGradient(INDArray features) {
    return rows(features, e -> svm.fakeMarginGradient(e, realIndex));
  }

  /** Of the class's margin against the real one, and of the real class the fakes' turned round. */
  @Override
  public INDArray scoreGradient(INDArray features, int classIndex) {
    return classIndex == realIndex
        ? logitGradient(features).negi()
        : rows(features, e -> svm.marginGradient(e, classIndex, realIndex));
  }

  private static INDArray rows(INDArray features, Function<float[], double[]> gradient) {
    return Nd4j.createFromArray(
            Arrays.stream(features.toFloatMatrix()).map(gradient).toArray(double[][]::new))
        .castTo(DataType.FLOAT);
  }

  @Override
  public StateDict state() {
    return SvmTensors.of(svm);
  }

  @Override
  public String summary() {
    return Text.format("%d of them support vectors", Arrays.stream(svm.supportVectors()).sum());
  }
}
