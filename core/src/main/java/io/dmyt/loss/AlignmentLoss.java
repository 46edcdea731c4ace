package io.dmyt.loss;

import io.dmyt.internal.Text;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far apart the embeddings of a class are: the mean of {@code ‖e_i − e_j‖^α} over all pairs of
 * a batch's examples, i &lt; j, that are of one class, whichever that is. 0 without such a pair.
 *
 * <p>Takes embeddings {@code [batch, size]}, which are to be of length 1 by themselves, and one-hot
 * labels {@code [batch, classes]}.
 *
 * @see <a href="https://arxiv.org/abs/2005.10242">Wang and Isola: Understanding Contrastive
 *     Representation Learning through Alignment and Uniformity on the Hypersphere, ICML 2020</a>
 */
public final class AlignmentLoss extends ClassLoss {
  private static final long serialVersionUID = 1;

  /** Under a root: no slope instead of NaN where two embeddings are the same. */
  private static final double TINY = 1e-30;

  private final double alpha;

  /**
   * @param alpha α, above 0; the paper's is 2
   * @throws IllegalArgumentException if it is out of range
   */
  public AlignmentLoss(double alpha) {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new IllegalArgumentException("alpha must be above 0, found " + alpha);
    }
    this.alpha = alpha;
  }

  @Override
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    Pairs.Choice alike = (i, j) -> labels[i] >= 0 && labels[i] == labels[j];
    int pairs = Pairs.count(labels.length, alike);
    double weight = pairs == 0 ? 0 : (double) labels.length / pairs;
    return Pairs.square(Pairs.weights(labels.length, alike, weight), labels.length);
  }

  /** A term per pair; {@code labels} says how much each counts, {@code [batch, batch]}. */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    SDVariable squares = Pairs.squaredDistances(sd, layerInput);
    SDVariable terms = alpha == 2 ? squares : sd.math().pow(squares.add(TINY), alpha / 2);
    return terms.mul(labels).sum(1);
  }

  @Override
  public String toString() {
    return Text.format("AlignmentLoss(alpha=%s)", alpha);
  }
}
