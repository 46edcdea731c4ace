package io.dmyt.loss;

import io.dmyt.loss.TripletMiner.Triplet;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The triplet loss over the semi-hard triplets of a batch, which {@link TripletMiner} finds among
 * the embeddings at length 1; the loss itself is on the embeddings as they are:
 *
 * <pre>{@code
 * l(a, p, n) = max(0, d(a, p) − d(a, n) + 1),  d(x, y) = ‖x − y + 1e-6‖₂
 * loss = Σ w[y_a] l(a, p, n) / Σ w[y_a]
 * }</pre>
 *
 * <p>It is 0, with no gradient, for a batch without such triplets, as one of a single class. Takes
 * embeddings {@code [batch, size]} and one-hot labels {@code [batch, classes]}, and memory for
 * {@code batch³} numbers.
 */
public final class TripletLoss extends ClassLoss implements MiningLoss {
  private static final long serialVersionUID = 1;

  private transient volatile int triplets;

  /**
   * @param labelWeights one per class, in their order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive
   */
  @JsonCreator
  public TripletLoss(@JsonProperty("labelWeights") double... labelWeights) {
    super(labelWeights);
  }

  @Override
  public int lastTripletCount() {
    return triplets;
  }

  /**
   * One term per anchor, positive and negative; {@code labels} says how much each counts, {@code
   * [batch, batch, batch]}.
   */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    SDVariable shifted = layerInput.add(Distances.SHIFT);
    SDVariable distances =
        Distances.between(
            sd,
            sd.squaredNorm(shifted, true, 1),
            sd.squaredNorm(layerInput, 1),
            sd.mmul(shifted, layerInput, false, true, false));
    SDVariable margins = sd.expandDims(distances, 2).sub(sd.expandDims(distances, 1)).add(1);
    return sd.nn().relu(margins, 0).mul(labels).sum(1, 2);
  }

  @Override
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    List<Triplet> mined = TripletMiner.mine(output, labels);
    triplets = mined.size();
    double total = 0;
    for (Triplet t : mined) {
      total += labelWeight(labels[t.anchor()]);
    }
    int batch = labels.length;
    double[] weights = new double[batch * batch * batch];
    for (Triplet t : mined) {
      weights[(t.anchor() * batch + t.positive()) * batch + t.negative()] =
          batch * labelWeight(labels[t.anchor()]) / total;
    }
    return Nd4j.createFromArray(weights).reshape(batch, batch, batch);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TripletLoss other && Arrays.equals(labelWeights(), other.labelWeights());
  }

  @Override
  public int hashCode() {
    return 31 + Arrays.hashCode(labelWeights());
  }
}
