package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The Dummy Triplet loss: a triplet loss whose positives and negatives are fixed vectors.
 *
 * <p>With {@code e_i} an embedding of class {@code y_i}, {@code p} that class's dummy and {@code n}
 * the dummy's antagonist (see {@link Dummies}):
 *
 * <pre>{@code
 * l_i  = max(0, d(e_i, p) − d(e_i, n) + 1)
 * loss = Σ w[y_i] l_i / Σ w[y_i]
 * d(x, y) = ‖x − y + 1e-6‖₂ with two classes, −cos(x, y) with more
 * }</pre>
 *
 * <p>For any DL4J output or loss layer whose activations are the embeddings {@code [batch, size]},
 * with one-hot labels {@code [batch, classes]} as a {@code DataSetIterator} yields them:
 *
 * <pre>{@code
 * new LossLayer.Builder(new DummyTripletLoss(Dummies.of(List.of("fake", "real"), 64)))
 *     .activation(Activation.IDENTITY)
 *     .build()
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1145/3476099.3484316">Beuve, Hamidouche, Déforges: DmyT: Dummy
 *     Triplet Loss for Deepfake Detection, ADGD 2021</a>
 */
public final class DummyTripletLoss extends ClassLoss {
  private static final long serialVersionUID = 1;

  /** The square of the shortest embedding that has a direction, 1e-8, as PyTorch has it. */
  private static final double SHORTEST = 1e-16;

  @JsonProperty("dummies")
  private final Dummies dummies;

  /** Whether dummies are taken at length 1. */
  private final transient boolean sphere;

  /** A loss in which every class counts the same. */
  public DummyTripletLoss(Dummies dummies) {
    this(dummies, new double[0]);
  }

  /**
   * A loss with a weight per class.
   *
   * @param labelWeights in the classes' order, positive; none for ones
   * @throws IllegalArgumentException if a weight is not positive or they are not one per class
   */
  @JsonCreator
  public DummyTripletLoss(
      @JsonProperty("dummies") Dummies dummies,
      @JsonProperty("labelWeights") double... labelWeights) {
    this(dummies, false, labelWeights);
  }

  private DummyTripletLoss(Dummies dummies, boolean sphere, double[] labelWeights) {
    super(LabelWeights.checked(dummies.classes().size(), labelWeights));
    this.dummies = dummies;
    this.sphere = sphere;
  }

  /**
   * The same with dummies of length 1, for embeddings of length 1. For training; it is not stored
   * with a network.
   */
  public DummyTripletLoss onSphere() {
    return new DummyTripletLoss(dummies, true, labelWeights());
  }

  /** The classes' dummies, which embeddings are drawn to. */
  public Dummies dummies() {
    return dummies;
  }

  /**
   * One term per example and class, as if it were of that class; the labels say how much each
   * counts.
   */
  @Override
  public SDVariable defineLoss(SameDiff sd, SDVariable layerInput, SDVariable labels) {
    DataType type = layerInput.dataType();
    SDVariable margins =
        dummies.classes().size() == 2
            ? euclidean(sd, layerInput, type)
            : cosine(sd, layerInput, type);
    return sd.nn().relu(margins.add(1), 0).mul(labels).sum(1);
  }

  /**
   * d(e, p) − d(e, n) of each class, [batch, classes], as {@code (d² − d'²) / (d + d')}: the
   * difference of the squares is linear in the embedding and exact however long that is.
   */
  private SDVariable euclidean(SameDiff sd, SDVariable e, DataType type) {
    INDArray vectors = dummies.vectors(type);
    if (sphere) {
      vectors.diviColumnVector(vectors.norm2(1));
    }
    vectors.subi(Distances.SHIFT);
    INDArray lengths = Transforms.pow(vectors, 2).sum(1);
    INDArray contrast = contrast(type);
    SDVariable distances =
        Distances.between(
            sd,
            sd.squaredNorm(e, true, 1),
            sd.constant(lengths),
            e.mmul(sd.constant(vectors.transpose())));
    SDVariable differences =
        e.mmul(sd.constant(vectors.transpose().mmul(contrast).muli(-2)))
            .add(sd.constant(lengths.reshape(1, -1).mmul(contrast).reshape(contrast.size(1))));
    return differences.div(distances.mmul(sd.constant(Transforms.abs(contrast))));
  }

  /** −cos(e, p) + cos(e, n) of each class, [batch, classes]. */
  private SDVariable cosine(SameDiff sd, SDVariable e, DataType type) {
    INDArray vectors = dummies.vectors(type);
    vectors.diviColumnVector(vectors.norm2(1));
    SDVariable directions = sd.constant(vectors.transpose().mmul(contrast(type)).negi());
    // The length once for each class: ND4J's derivative of [1, n] / [1, 1] is wrong.
    INDArray ones = Nd4j.ones(type, dummies.size(), dummies.classes().size());
    SDVariable squares = sd.math().square(e).mmul(sd.constant(ones));
    return e.mmul(directions).div(sd.math().sqrt(squares.add(SHORTEST)));
  }

  /** [vectors, classes]: 1 at a class's own vector, -1 at its antagonist. */
  private INDArray contrast(DataType type) {
    INDArray contrast = Nd4j.create(type, dummies.count(), dummies.classes().size());
    int[] antagonists = dummies.antagonists();
    for (int k = 0; k < antagonists.length; k++) {
      contrast.putScalar(k, k, 1);
      contrast.putScalar(antagonists[k], k, -1);
    }
    return contrast;
  }

  @Override
  protected void checkWidths(long classes, long size) {
    checkClasses(dummies.classes().size(), classes, "the classes " + dummies.classes());
    if (size != dummies.size()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s: embeddings of size %d expected, as the dummies have; found size %d",
              name(), dummies.size(), size));
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof DummyTripletLoss other
        && dummies.equals(other.dummies)
        && sphere == other.sphere
        && Arrays.equals(labelWeights(), other.labelWeights());
  }

  @Override
  public int hashCode() {
    return Objects.hash(dummies, Arrays.hashCode(labelWeights()));
  }
}
