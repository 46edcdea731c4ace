package io.dmyt.loss;

import io.dmyt.internal.Text;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How unevenly embeddings lie on the sphere: {@code log mean exp(−t ‖e_i − e_j‖²)} over all pairs
 * of a batch's examples, i &lt; j, of whatever classes. The mean counts as 1e-6 at least, as in
 * GenD's code. 0, the largest value, without a pair.
 *
 * <p>Takes embeddings {@code [batch, size]}, which are to be of length 1 by themselves, and one-hot
 * labels {@code [batch, classes]}, which mean nothing here.
 *
 * @see <a href="https://arxiv.org/abs/2005.10242">Wang and Isola: Understanding Contrastive
 *     Representation Learning through Alignment and Uniformity on the Hypersphere, ICML 2020</a>
 */
public final class UniformityLoss extends ClassLoss {
  private static final long serialVersionUID = 1;
  private static final double LEAST = 1e-6;

  private final double t;

  /**
   * @param t above 0; the paper's is 2
   * @throws IllegalArgumentException if it is out of range
   */
  public UniformityLoss(double t) {
    if (!(t > 0 && Double.isFinite(t))) {
      throw new IllegalArgumentException("t must be above 0, found " + t);
    }
    this.t = t;
  }

  /** An example and itself stand for a pair where there is none: log exp(0). */
  @Override
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    Pairs.Choice all = Pairs.unmasked(labels);
    int pairs = Pairs.count(labels.length, all);
    double[] weights = Pairs.weights(labels.length, all, pairs == 0 ? 0 : 1.0 / pairs);
    if (pairs == 0) {
      weights[0] = 1;
    }
    return Pairs.square(weights, labels.length);
  }

  /** The batch's value once for each example; {@code labels} are the pairs' weights. */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    SDVariable squares = Pairs.squaredDistances(sd, layerInput);
    SDVariable mean = sd.math().exp(squares.mul(-t)).mul(labels).sum();
    SDVariable value = sd.math().log(sd.nn().relu(mean.sub(LEAST), 0).add(LEAST));
    return labels.sum(1).mul(0).add(value);
  }

  @Override
  public String toString() {
    return Text.format("UniformityLoss(t=%s)", t);
  }
}
