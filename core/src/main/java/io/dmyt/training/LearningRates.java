package io.dmyt.training;

import io.dmyt.internal.Text;
import java.io.Serializable;
import java.util.List;

/**
 * How the learning rate goes: a factor of the highest one, at each step. It is a function of where
 * the training is and of the epochs' validation losses alone, so that nothing has to be remembered.
 *
 * <p>With t the epochs since the warm-up, the running one by the share of it that is done, and E
 * those there are in all:
 *
 * <ul>
 *   <li>{@code STEP}: {@code factor^⌊epoch / every⌋}, epochs counted from the start
 *   <li>{@code COSINE}: {@code lowest + (1 − lowest) · (1 + cos(π · t / T)) / 2} with T = E, or
 *       {@code every} epochs after which it begins anew (Loshchilov and Hutter, <i>SGDR</i>, ICLR
 *       2017)
 *   <li>{@code PLATEAU}: {@code factor^n}, with n the times that the validation loss has not become
 *       smaller for {@code every} epochs
 *   <li>{@code CONSTANT}: 1
 * </ul>
 *
 * During the warm-up the factor is {@code min(1, w)} of that, w the share of it that is done with
 * the step to come.
 *
 * @param shape of the curve
 * @param every epochs, at least 1; with a cosine 0 for no restarts
 * @param factor of a reduction, in (0, 1]
 * @param warmUp epochs, at least 0, parts of one too
 * @param lowest share of the learning rate, in [0, 1]
 */
public record LearningRates(Shape shape, int every, double factor, double warmUp, double lowest)
    implements Serializable {
  /** Halved every 3 epochs, as the reference does. */
  public static final LearningRates REFERENCE = new LearningRates(Shape.STEP, 3, 0.5, 0, 0);

  /** The curves there are. */
  public enum Shape {
    STEP,
    COSINE,
    PLATEAU,
    CONSTANT
  }

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public LearningRates {
    int least = shape == Shape.COSINE ? 0 : 1;
    check(every >= least, "epochs until the learning rate changes", every);
    check(factor > 0 && factor <= 1, "factor of the learning rate", factor);
    check(warmUp >= 0 && Double.isFinite(warmUp), "epochs of warm-up", warmUp);
    check(lowest >= 0 && lowest <= 1, "lowest share of the learning rate", lowest);
  }

  private static void check(boolean right, String what, Number value) {
    if (!right) {
      throw new IllegalArgumentException(what + " is out of range: " + value);
    }
  }

  /** The learning rate halved after every so many epochs. */
  public static LearningRates halvedEvery(int epochs) {
    return new LearningRates(Shape.STEP, epochs, 0.5, 0, 0);
  }

  /** Whether the rate is the same all through an epoch, and known without a history. */
  boolean byEpoch() {
    return shape == Shape.STEP && warmUp == 0;
  }

  /**
   * The factor for a step.
   *
   * @param epoch from 0
   * @param done share of the epoch before the step, in [0, 1]
   * @param step share of the epoch that the step is, in [0, 1]
   * @param epochs there are in all
   * @param validLosses of the epochs before
   */
  public double at(int epoch, double done, double step, int epochs, List<Double> validLosses) {
    double now = epoch + done;
    double warm = warmUp == 0 ? 1 : Math.min(1, (now + step) / warmUp);
    return warm
        * switch (shape) {
          case CONSTANT -> 1;
          case STEP -> Math.pow(factor, Math.floorDiv(epoch, every));
          case PLATEAU -> Math.pow(factor, reductions(validLosses));
          case COSINE -> cosine(Math.max(0, now - warmUp), epochs - warmUp);
        };
  }

  private double cosine(double since, double all) {
    double period = every == 0 ? all : every;
    double turn = every == 0 ? Math.min(since, all) / period : since % period / period;
    return lowest + (1 - lowest) * (1 + Math.cos(Math.PI * turn)) / 2;
  }

  /** How often so many epochs in a row brought nothing better than all before. */
  private int reductions(List<Double> losses) {
    int count = 0;
    int waited = 0;
    double best = Double.POSITIVE_INFINITY;
    for (double loss : losses) {
      waited++;
      if (loss < best) {
        best = loss;
        waited = 0;
      } else if (waited == every) {
        count++;
        waited = 0;
      }
    }
    return count;
  }

  /** In words, as {@code halved every 3 epochs}. */
  @Override
  public String toString() {
    String curve =
        switch (shape) {
          case CONSTANT -> "constant";
          case STEP ->
              factor == 0.5
                  ? Text.format("halved every %d epochs", every)
                  : Text.format("times %s every %d epochs", factor, every);
          case PLATEAU -> Text.format("times %s after %d epochs without progress", factor, every);
          case COSINE ->
              every == 0 ? "cosine" : Text.format("cosine, restarted every %d epochs", every);
        };
    return warmUp == 0 ? curve : curve + Text.format(" after %s epochs of warm-up", warmUp);
  }
}
