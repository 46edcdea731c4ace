package io.dmyt.loss;

import io.dmyt.loss.TripletMiner.Triplet;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The triplet loss over triplets of a batch that {@link TripletMiner} finds among the embeddings at
 * length 1; the loss itself is on the embeddings as they are, unless {@link TripletOptions} ask for
 * another. With the reference's options, which are the default:
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

  @JsonProperty("options")
  private final TripletOptions options;

  private transient volatile Mined mined = new Mined(0, PairDistances.NONE);

  /**
   * With the reference's options.
   *
   * @param labelWeights one per class, in their order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive
   */
  public TripletLoss(double... labelWeights) {
    this(TripletOptions.REFERENCE, labelWeights);
  }

  /**
   * @param options null for the reference's
   * @param labelWeights one per class, in their order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive
   */
  @JsonCreator
  public TripletLoss(
      @JsonProperty("options") @Nullable TripletOptions options,
      @JsonProperty("labelWeights") double... labelWeights) {
    super(labelWeights);
    this.options = options == null ? TripletOptions.REFERENCE : options;
  }

  /** Which triplets it takes, and what it asks of them. */
  public TripletOptions options() {
    return options;
  }

  /** The same with other options. */
  public TripletLoss with(TripletOptions value) {
    return new TripletLoss(value, labelWeights());
  }

  @Override
  public Mined lastMined() {
    return mined;
  }

  /**
   * One term per anchor, positive and negative; {@code labels} says how much each counts, {@code
   * [batch, batch, batch]}.
   */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    SDVariable distances = distances(sd, layerInput);
    SDVariable margins =
        sd.expandDims(distances, 2).sub(sd.expandDims(distances, 1)).add(options.margin());
    return sd.nn().relu(margins, 0).mul(labels).sum(1, 2);
  }

  /** Of each example from each other, {@code [batch, batch]}. */
  private SDVariable distances(SameDiff sd, SDVariable embeddings) {
    boolean cosine = options.distance() == TripletOptions.Distance.COSINE;
    SDVariable rows =
        options.normalized() || cosine ? Distances.atLengthOne(sd, embeddings) : embeddings;
    if (cosine) {
      return sd.mmul(rows, rows, false, true, false).rsub(1);
    }
    SDVariable shifted = rows.add(Distances.SHIFT);
    SDVariable squaredX = sd.squaredNorm(shifted, true, 1);
    SDVariable squaredY = sd.squaredNorm(rows, 1);
    SDVariable products = sd.mmul(shifted, rows, false, true, false);
    return options.distance() == TripletOptions.Distance.SQUARED
        ? Distances.squaresBetween(sd, squaredX, squaredY, products)
        : Distances.between(sd, squaredX, squaredY, products);
  }

  @Override
  protected INDArray termWeights(int[] labels, int classes, INDArray output) {
    TripletMiner miner = new TripletMiner(output, labels);
    List<Triplet> triplets = miner.triplets(options.miner(), options.minerMargin());
    mined = new Mined(triplets.size(), miner.pairDistances());
    double total = 0;
    for (Triplet t : triplets) {
      total += labelWeight(labels[t.anchor()]);
    }
    int batch = labels.length;
    double[] weights = new double[batch * batch * batch];
    for (Triplet t : triplets) {
      weights[(t.anchor() * batch + t.positive()) * batch + t.negative()] =
          batch * labelWeight(labels[t.anchor()]) / total;
    }
    return Nd4j.createFromArray(weights).reshape(batch, batch, batch);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TripletLoss other
        && options.equals(other.options)
        && Arrays.equals(labelWeights(), other.labelWeights());
  }

  @Override
  public int hashCode() {
    return 31 * options.hashCode() + Arrays.hashCode(labelWeights());
  }
}
