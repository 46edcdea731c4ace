package io.dmyt.cli.option;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.Parameter;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.loss.TripletLoss;
import io.dmyt.loss.TripletMiner;
import io.dmyt.loss.TripletOptions;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Options that change the loss to train with. */
public final class LossOptions {
  private static final TripletOptions DEFAULT = TripletOptions.REFERENCE;

  @Parameter(
      names = "--label-smoothing",
      description = "With CrossEntropy: how much of a label is spread over all classes, 0 to 1")
  double labelSmoothing;

  @Parameter(
      names = "--miner",
      converter = Miner.class,
      description =
          "With Triplet: which triplets of a batch to use, by the distances of their embeddings at"
              + " length 1: semihard (the negative is farther than the positive, by at most"
              + " --miner-margin), hard (it isn't farther), all (both of these), or batch-hard (each"
              + " image with its farthest positive and its nearest negative)")
  TripletMiner.Kind miner = DEFAULT.miner();

  @Parameter(names = "--miner-margin", description = "With Triplet: see --miner")
  double minerMargin = DEFAULT.minerMargin();

  @Parameter(
      names = "--margin",
      description = "With Triplet: how much farther the negative should be than the positive")
  double margin = DEFAULT.margin();

  @Parameter(
      names = "--distance",
      converter = DistanceName.class,
      description =
          "With Triplet: what the loss measures by: euclidean, squared (its square), or cosine (1"
              + " minus the cosine)")
  TripletOptions.Distance distance = DEFAULT.distance();

  @Parameter(
      names = "--normalize",
      description = "With Triplet: compute the loss on embeddings of length 1")
  boolean normalize = DEFAULT.normalized();

  /** A miner by its name. */
  public static final class Miner implements IStringConverter<TripletMiner.Kind> {
    @Override
    public TripletMiner.Kind convert(String value) {
      return OptionNames.parse("--miner", value, TripletMiner.Kind.values());
    }
  }

  /** A distance by its name. */
  public static final class DistanceName implements IStringConverter<TripletOptions.Distance> {
    @Override
    public TripletOptions.Distance convert(String value) {
      return OptionNames.parse("--distance", value, TripletOptions.Distance.values());
    }
  }

  /**
   * The loss to train with.
   *
   * @param own the detector's
   * @throws UsageException if it can't be what was asked for
   */
  public ILossFunction training(ILossFunction own) {
    if (labelSmoothing == 0) {
      return validation(own);
    }
    if (!(own instanceof CrossEntropyLoss entropy)) {
      throw new UsageException("--label-smoothing needs --loss CrossEntropy");
    }
    try {
      return entropy.smoothed(labelSmoothing);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /**
   * The loss to validate with: the same, but for smoothed labels.
   *
   * @param own the detector's
   * @throws UsageException if it can't be what was asked for
   */
  public ILossFunction validation(ILossFunction own) {
    TripletOptions asked;
    try {
      asked = new TripletOptions(miner, minerMargin, margin, distance, normalize);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    if (asked.equals(DEFAULT)) {
      return own;
    }
    if (!(own instanceof TripletLoss triplet)) {
      throw new UsageException(
          "--miner, --miner-margin, --margin, --distance and --normalize need --loss Triplet");
    }
    return triplet.with(asked);
  }
}
