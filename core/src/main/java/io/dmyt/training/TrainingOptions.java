package io.dmyt.training;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * How to train.
 *
 * @param learningRate of the first epochs, positive
 * @param epochs how often to see the training images, at least 1
 * @param weightDecay AdamW's decoupled decay, at least 0
 * @param halveEvery the learning rate is halved after so many epochs, at least 1
 */
public record TrainingOptions(double learningRate, int epochs, double weightDecay, int halveEvery) {

  public TrainingOptions {
    check(learningRate > 0 && Double.isFinite(learningRate), "learning rate", learningRate);
    check(epochs >= 1, "number of epochs", epochs);
    check(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay);
    check(halveEvery >= 1, "epochs until the learning rate is halved", halveEvery);
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

  public TrainingOptions withLearningRate(double rate) {
    return new TrainingOptions(rate, epochs, weightDecay, halveEvery);
  }

  public TrainingOptions withEpochs(int count) {
    return new TrainingOptions(learningRate, count, weightDecay, halveEvery);
  }

  /** The learning rate by epoch, as DL4J has it in a network's configuration. */
  public ISchedule schedule() {
    return new StepSchedule(ScheduleType.EPOCH, learningRate, 0.5, halveEvery);
  }

  /** The learning rate in an epoch, counted from 0. */
  double learningRate(int epoch) {
    return schedule().valueAt(0, epoch);
  }
}
