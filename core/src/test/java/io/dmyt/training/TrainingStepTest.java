package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.loss.ClassLoss;
import io.dmyt.training.StepOptions.OnNan;
import io.dmyt.training.StepOptions.Optimizer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a step does besides the reference's. */
class TrainingStepTest {
  private static final int SIZE = 32;

  private final Backbone backbone =
      Backbones.create(
          "tf_mobilenetv3_small_minimal_100",
          BackboneOptions.defaults().withImageSize(SIZE).withClasses(2).withSeed(4));
  private final INDArray images = Nd4j.rand(DataType.FLOAT, 8, 3, SIZE, SIZE);
  private final INDArray labels = Nd4j.zeros(DataType.FLOAT, 8, 2);

  TrainingStepTest() {
    for (int i = 0; i < 8; i++) {
      labels.putScalar(i, i % 2, 1);
    }
  }

  /** Logits' cross entropy on a machine whose memory is too small for many images. */
  private static final class Greedy extends ClassLoss {
    private static final long serialVersionUID = 1;
    private final int most;
    private int calls;

    Greedy(int most) {
      this.most = most;
    }

    @Override
    public SDVariable defineLoss(SameDiff sd, SDVariable input, SDVariable labels) {
      return sd.math().log(sd.nn().softmax(input, 1)).neg().mul(labels).sum(1);
    }

    @Override
    protected INDArray termWeights(int[] labels, int classes, INDArray output) {
      calls++;
      if (labels.length > most) {
        throw new OutOfMemoryError("no more");
      }
      return super.termWeights(labels, classes, output);
    }
  }

  private static TrainingOptions with(boolean autoBatch, double average, OnNan onNan) {
    return TrainingOptions.defaults()
        .withLearningRate(1e-3)
        .withStep(new StepOptions(Optimizer.ADAMW, 0.9, 1, 0, 0, average, autoBatch, onNan));
  }

  @Test
  void aBatchThatDoesNotFitIsComputedInParts() {
    Greedy loss = new Greedy(3);
    try (TrainingStep step = new TrainingStep(backbone, loss, with(true, 0, OnNan.STOP))) {
      double value = step.run(images, labels);
      assertTrue(value > 0.1 && value < 10, "a loss: " + value);
      assertEquals(2 + 4, loss.calls, "8 and 4 are too many, 2 fit");
      assertEquals(1, backbone.graph().getIterationCount());
      assertArrayEquals(new long[] {8, 2}, step.features().shape());
      step.run(images, labels);
      assertEquals(2 + 4 + 4, loss.calls, "remembered");
    }
  }

  /** DL4J asks for the gradient, then for the score: triplets, for one, are mined once for both. */
  @Test
  void aStepComputesItsLossOnce() {
    Greedy loss = new Greedy(8);
    try (TrainingStep step = new TrainingStep(backbone, loss, with(false, 0, OnNan.STOP))) {
      for (int steps = 1; steps <= 3; steps++) {
        step.run(images, labels);
        assertEquals(steps, loss.calls);
      }
    }
  }

  @Test
  void theBatchThatWouldFitIsSaid() {
    try (TrainingStep step =
        new TrainingStep(backbone, new Greedy(3), with(false, 0, OnNan.STOP))) {
      OutOfMemoryError e = assertThrows(OutOfMemoryError.class, () -> step.run(images, labels));
      assertTrue(e.getMessage().contains("a batch of 8 does not fit, one of 2 does"), e.toString());
    }
  }

  private double[] learned() {
    return backbone.graph().paramTable().entrySet().stream()
        .filter(e -> !e.getKey().endsWith("_mean") && !e.getKey().endsWith("_var"))
        .flatMapToDouble(e -> Arrays.stream(e.getValue().dup('c').data().asDouble()))
        .toArray();
  }

  /** SGD without momentum steps by the rate times the gradient, which has at most that length. */
  @Test
  void aLongGradientIsScaledDownAndAShortOneStaysAsItIs() {
    double[] before = learned();
    INDArray all = backbone.graph().params().dup();
    double[] free = steppedBy(0, all, before);
    double length = Math.sqrt(Arrays.stream(free).map(v -> v * v).sum());
    for (double longest : new double[] {length / 7, 2 * length}) {
      double[] clipped = steppedBy(longest, all, before);
      double factor = Math.min(1, longest / length);
      for (int i = 0; i < free.length; i++) {
        assertEquals(factor * free[i], clipped[i], 1e-4 * length, "parameter " + i);
      }
      assertEquals(
          factor * length, Math.sqrt(Arrays.stream(clipped).map(v -> v * v).sum()), 1e-3 * length);
    }
  }

  /** The gradient that the step took, if the longest may be so long. */
  private double[] steppedBy(double longest, INDArray start, double[] before) {
    backbone.graph().params().assign(start);
    StepOptions sgd = new StepOptions(Optimizer.SGD, 0, 1, longest, 0, 0, false, OnNan.STOP);
    TrainingOptions options =
        TrainingOptions.defaults().withLearningRate(1).withWeightDecay(0).withStep(sgd);
    try (TrainingStep step = new TrainingStep(backbone, new Greedy(8), options)) {
      step.run(images, labels);
    }
    double[] after = learned();
    for (int i = 0; i < after.length; i++) {
      after[i] = before[i] - after[i];
    }
    return after;
  }

  @Test
  void theMovingAverageIsByItsFormula() {
    try (TrainingStep step =
        new TrainingStep(backbone, new Greedy(8), with(false, 0.75, OnNan.STOP))) {
      double[] expected = backbone.graph().params().toDoubleVector();
      for (int i = 0; i < 3; i++) {
        step.run(images, labels);
        double[] now = backbone.graph().params().toDoubleVector();
        for (int k = 0; k < now.length; k++) {
          expected[k] = 0.75 * expected[k] + 0.25 * now[k];
        }
      }
      MovingAverage average = step.average();
      assertArrayEquals(expected, average.values().toDoubleVector(), 1e-5);
      double[] own = backbone.graph().params().toDoubleVector();
      average.enter();
      assertArrayEquals(
          average.values().toDoubleVector(), backbone.graph().params().toDoubleVector());
      average.leave();
      assertArrayEquals(own, backbone.graph().params().toDoubleVector());
    }
  }

  @Test
  void aStepThatIsNotFiniteChangesNothing() {
    try (TrainingStep step =
        new TrainingStep(backbone, new Greedy(8), with(false, 0, OnNan.SKIP))) {
      step.run(images, labels);
      double[] before = backbone.graph().params().toDoubleVector();
      INDArray broken = images.dup();
      broken.putScalar(new int[] {1, 1, 1, 1}, Double.NaN);
      assertTrue(Double.isNaN(step.run(broken, labels)));
      assertTrue(step.longestGradients().contains("NaN"), step.longestGradients());
      assertArrayEquals(before, backbone.graph().params().toDoubleVector());
      assertTrue(Double.isFinite(step.run(images, labels)), "and training goes on");
    }
  }

  @Test
  void optionsAreChecked() {
    for (double bad : new double[] {-1, Double.NaN, 1}) {
      assertThrows(
          IllegalArgumentException.class, () -> with(false, bad, OnNan.STOP), "average " + bad);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new StepOptions(Optimizer.SGD, 0.9, 2, 0, 0.05, 0, false, OnNan.STOP));
    assertThrows(
        IllegalArgumentException.class,
        () -> new StepOptions(Optimizer.SGD, 0.9, 0, 0, 0, 0, false, OnNan.STOP));
  }
}
