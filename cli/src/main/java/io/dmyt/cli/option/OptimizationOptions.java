package io.dmyt.cli.option;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.training.LearningRates;
import io.dmyt.training.Selection;
import io.dmyt.training.StepOptions;
import io.dmyt.training.TrainingOptions;

/** Options that say how a network learns, and which epoch is kept. */
public final class OptimizationOptions {
  private static final TrainingOptions DEFAULT = TrainingOptions.defaults();

  @Parameter(
      names = "--lr",
      validateWith = OptionChecks.Positive.class,
      description = "Learning rate, lowered by --schedule")
  public double learningRate = DEFAULT.learningRate();

  @Parameter(
      names = {"-e", "--epoch"},
      validateWith = OptionChecks.Count.class,
      description = "Epochs: how many times to go through the training images")
  public int epochs = DEFAULT.epochs();

  @Parameter(names = "--optimizer", description = "adamw, or sgd with momentum")
  StepOptions.Optimizer optimizer = DEFAULT.step().optimizer();

  @Parameter(names = "--momentum", description = "Momentum of sgd")
  double momentum = DEFAULT.step().momentum();

  @Parameter(
      names = "--weight-decay",
      description = "Weight decay; with adamw decoupled from the gradient")
  double weightDecay = DEFAULT.weightDecay();

  @ParametersDelegate GroupOptions groups = new GroupOptions();

  @Parameter(
      names = "--schedule",
      description =
          "How the learning rate falls: step (halved every --schedule-every epochs), cosine"
              + " (restarted every --schedule-every epochs if that is given), plateau (a tenth after"
              + " --schedule-every epochs without a lower validation loss), or constant")
  LearningRates.Shape schedule = DEFAULT.rates().shape();

  @Parameter(
      names = "--schedule-every",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Epochs, see --schedule; 0: 3 with step and plateau, no restart with cosine")
  int scheduleEvery;

  @Parameter(
      names = "--warm-up",
      description =
          "Epochs of warm-up, or a fraction of one: the learning rate rises from 0 step by step")
  double warmUp;

  @Parameter(
      names = "--accumulate",
      validateWith = OptionChecks.Count.class,
      description = "Average the gradients of N batches for each step")
  int accumulate = DEFAULT.step().accumulate();

  @Parameter(
      names = "--auto-batch",
      description =
          "If a batch does not fit into memory, compute it in halves, then in quarters, and so on")
  boolean autoBatch;

  @Parameter(
      names = "--clip",
      description = "Largest norm of the gradient, which is scaled down to it; 0: no clipping")
  double clip = DEFAULT.step().clip();

  @Parameter(
      names = "--sam",
      description = "Sharpness-aware minimisation with this radius, such as 0.05; 0: none")
  double sam = DEFAULT.step().sam();

  @Parameter(
      names = "--ema",
      description =
          "Decay of a moving average of the weights, such as 0.999, which is validated and kept; 0:"
              + " none")
  double average = DEFAULT.step().average();

  @Parameter(
      names = "--on-nan",
      description = "When the loss or its gradient is NaN or infinite: stop, or skip the step")
  StepOptions.OnNan onNan = DEFAULT.step().onNan();

  @Parameter(
      names = "--best-by",
      converter = BestBy.class,
      description =
          "What makes an epoch the best on the validation images: accuracy, balanced-accuracy, auc,"
              + " video-auc, eer or loss; reference: by accuracy, but with Triplet by loss")
  public Selection.By bestBy = DEFAULT.selection().by();

  @Parameter(
      names = "--patience",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Stop after N epochs without a better one; 0: never")
  int patience = DEFAULT.selection().patience();

  /** A criterion by its name. */
  public static final class BestBy implements IStringConverter<Selection.By> {
    @Override
    public Selection.By convert(String value) {
      return OptionNames.parse("--best-by", value, Selection.By.values());
    }
  }

  /**
   * What they ask for.
   *
   * @throws UsageException if they don't fit together
   */
  public TrainingOptions options() {
    try {
      int every =
          scheduleEvery > 0 || schedule == LearningRates.Shape.COSINE
              ? scheduleEvery
              : DEFAULT.rates().every();
      double factor = schedule == LearningRates.Shape.PLATEAU ? 0.1 : DEFAULT.rates().factor();
      return new TrainingOptions(
          learningRate,
          epochs,
          weightDecay,
          new LearningRates(schedule, every, factor, warmUp, 0),
          new StepOptions(optimizer, momentum, accumulate, clip, sam, average, autoBatch, onNan),
          new Selection(bestBy, patience),
          groups.groups());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
