package io.dmyt.training;

import java.io.Serializable;
import java.util.List;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * How to train.
 *
 * @param learningRate the highest, positive
 * @param epochs how often to see the training images, at least 1
 * @param weightDecay decoupled from the gradient with AdamW, part of it with SGD, at least 0
 * @param rates how the learning rate goes
 * @param step what a step does
 * @param selection which epoch is the best
 * @param groups which parameters learn, and how fast
 */
public record TrainingOptions(
    double learningRate,
    int epochs,
    double weightDecay,
    LearningRates rates,
    StepOptions step,
    Selection selection,
    ParameterGroups groups)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public TrainingOptions {
    check(learningRate > 0 && Double.isFinite(learningRate), "learning rate", learningRate);
    check(epochs >= 1, "number of epochs", epochs);
    check(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay);
  }

  /** As the reference trains, with the learning rate halved after every so many epochs. */
  public TrainingOptions(double learningRate, int epochs, double weightDecay, int halveEvery) {
    this(
        learningRate,
        epochs,
        weightDecay,
        LearningRates.halvedEvery(halveEvery),
        StepOptions.REFERENCE,
        Selection.REFERENCE,
        ParameterGroups.ALL);
  }

  private static void check(boolean right, String what, Number value) {
    if (!right) {
      throw new IllegalArgumentException(what + " is out of range: " + value);
    }
  }

  /** The reference's: learning rate 2e-5, halved every 3 epochs; 10 epochs; decay 0.01. */
  public static TrainingOptions defaults() {
    return new TrainingOptions(2e-5, 10, 0.01, 3);
  }

  /**
   * The same with another learning rate.
   *
   * @param rate the highest one, positive
   */
  public TrainingOptions withLearningRate(double rate) {
    return new TrainingOptions(rate, epochs, weightDecay, rates, step, selection, groups);
  }

  /** The same with another number of epochs, at least 1. */
  public TrainingOptions withEpochs(int count) {
    return new TrainingOptions(learningRate, count, weightDecay, rates, step, selection, groups);
  }

  /** The same with another weight decay, at least 0. */
  public TrainingOptions withWeightDecay(double decay) {
    return new TrainingOptions(learningRate, epochs, decay, rates, step, selection, groups);
  }

  /** The same with another course of the learning rate. */
  public TrainingOptions withRates(LearningRates curve) {
    return new TrainingOptions(learningRate, epochs, weightDecay, curve, step, selection, groups);
  }

  /** The same with other steps, such as of another optimiser. */
  public TrainingOptions withStep(StepOptions options) {
    return new TrainingOptions(
        learningRate, epochs, weightDecay, rates, options, selection, groups);
  }

  /** The same with another choice of the best epoch. */
  public TrainingOptions withSelection(Selection value) {
    return new TrainingOptions(learningRate, epochs, weightDecay, rates, step, value, groups);
  }

  /** The same with other learning rates and decays by parameter. */
  public TrainingOptions withGroups(ParameterGroups value) {
    return new TrainingOptions(learningRate, epochs, weightDecay, rates, step, selection, value);
  }

  /**
   * The learning rate as DL4J has it in a network's configuration: by epoch where it is a function
   * of that, else the highest one.
   */
  public ISchedule schedule() {
    return rates.byEpoch()
        ? new StepSchedule(ScheduleType.EPOCH, learningRate, rates.factor(), rates.every())
        : new FixedSchedule(learningRate);
  }

  /**
   * The learning rate at a step, see {@link LearningRates#at}.
   *
   * @param history the epochs before
   */
  double learningRate(int epoch, double done, double share, List<EpochResult> history) {
    List<Double> losses = history.stream().map(EpochResult::validLoss).toList();
    return learningRate * rates.at(epoch, done, share, epochs, losses);
  }

  /** The learning rate of an epoch, counted from 0; where it changes within, in the middle. */
  double learningRate(int epoch, List<EpochResult> history) {
    return rates.byEpoch() ? schedule().valueAt(0, epoch) : learningRate(epoch, 0.5, 0, history);
  }
}
