package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Which triplets a triplet loss takes, and what it asks of them.
 *
 * @param miner which triplets of a batch count
 * @param minerMargin how much farther than the positive a negative may be to count, on embeddings
 *     of length 1, at least 0; {@link TripletMiner.Kind#BATCH_HARD} does not look at it
 * @param margin how much farther than the positive a negative is to be, in the unit of the
 *     distance, above 0
 * @param distance what the loss measures by
 * @param normalized whether the loss is on the embeddings at length 1; with {@link Distance#COSINE}
 *     it always is
 */
public record TripletOptions(
    @JsonProperty("miner") TripletMiner.Kind miner,
    @JsonProperty("minerMargin") double minerMargin,
    @JsonProperty("margin") double margin,
    @JsonProperty("distance") Distance distance,
    @JsonProperty("normalized") boolean normalized)
    implements Serializable {
  /** The reference's. */
  public static final TripletOptions REFERENCE =
      new TripletOptions(
          TripletMiner.Kind.SEMIHARD, TripletMiner.MARGIN, 1, Distance.EUCLIDEAN, false);

  /** What a triplet loss measures by. */
  public enum Distance {
    /** {@code ‖x − y + 1e-6‖₂}, as PyTorch's triplet loss. */
    EUCLIDEAN,
    /** Its square, as FaceNet's. */
    SQUARED,
    /** {@code 1 − cos(x, y)}. */
    COSINE
  }

  /**
   * @throws IllegalArgumentException if a margin is out of range
   */
  @JsonCreator
  public TripletOptions {
    if (!(margin > 0) || Double.isInfinite(margin)) {
      throw new IllegalArgumentException(
          Text.format("the margin must be above 0, found %s", margin));
    }
    if (!(minerMargin >= 0) || Double.isInfinite(minerMargin)) {
      throw new IllegalArgumentException(
          Text.format("the miner's margin must be at least 0, found %s", minerMargin));
    }
  }
}
