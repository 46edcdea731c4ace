package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.LossKind;
import io.dmyt.data.Augmentations;
import io.dmyt.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A run that was stopped and resumed is the one that never was: bit by bit with one thread. */
class ResumeTest {
  private static final int EPOCHS = 2;
  private static final TrainingOptions OPTIONS =
      TrainingOptions.defaults().withEpochs(EPOCHS).withLearningRate(1e-3);

  @TempDir Path folder;

  /** After so many steps or batches of validation, which each process begins anew. */
  private static BooleanSupplier after(int steps) {
    int[] done = {0};
    return () -> ++done[0] >= steps;
  }

  @ParameterizedTest
  @ValueSource(strings = {"DmyT", "Triplet"})
  void isExactAtRandomSteps(String loss) throws Exception {
    // One picture is none, so that positions and batches are not in step.
    TinyTraining training = new TinyTraining(folder.resolve("data"), LossKind.parse(loss), OPTIONS);
    Files.writeString(folder.resolve("data/fake/3.png"), "no picture");
    Path whole = folder.resolve("whole");
    List<EpochResult> expected = training.train(whole, () -> false).history();
    Path parts = folder.resolve("parts");
    Random random = new Random(loss.hashCode());
    int processes = 1;
    while (training.train(parts, after(1 + random.nextInt(9))).stopped()) {
      processes++;
    }
    assertTrue(processes > 1, "never stopped");
    assertSameRun(whole, parts, expected.size());
  }

  /** A moving average, parts of a step, a rate that changes with each, and changed images. */
  @ParameterizedTest
  @EnumSource
  void isExactWithAllThereIs(StepOptions.Optimizer optimizer) throws Exception {
    boolean adam = optimizer == StepOptions.Optimizer.ADAMW;
    TrainingOptions options =
        OPTIONS
            .withRates(new LearningRates(LearningRates.Shape.COSINE, 0, 0.5, 0.5, 0))
            .withStep(
                new StepOptions(
                    optimizer,
                    0.9,
                    adam ? 2 : 1,
                    1,
                    adam ? 0 : 0.05,
                    0.8,
                    false,
                    StepOptions.OnNan.STOP))
            .withSelection(new Selection(Selection.By.AUC, 3));
    TinyTraining training =
        new TinyTraining(folder.resolve("data"), LossKind.CROSS_ENTROPY, options)
            .augmented(Augmentations.deepfake());
    Path whole = folder.resolve("whole");
    List<EpochResult> expected = training.train(whole, () -> false).history();
    Path parts = folder.resolve("parts");
    int processes = 1;
    while (training.train(parts, after(processes == 1 ? 1 : 7)).stopped()) {
      processes++;
    }
    assertTrue(processes > 1, "never stopped");
    assertSameRun(whole, parts, expected.size());
    try (TrainingRun a = TrainingRun.resume(whole);
        TrainingRun b = TrainingRun.resume(parts)) {
      INDArray average = Objects.requireNonNull(a.average());
      assertEquals(average, b.average());
      try (Detector best = Detector.load(a.best(), Engines.dl4j());
          Detector last = Detector.load(a.checkpoint().orElseThrow(), Engines.dl4j())) {
        assertFalse(average.equals(last.graph().params().reshape(-1)), "an average of its own");
        assertTrue(
            !a.start().history().get(EPOCHS - 1).best()
                || average.equals(best.graph().params().reshape(-1)),
            "the average is what is kept");
      }
    }
  }

  /** Parts of the network that learn at their own rates, or not at all. */
  @Test
  void isExactWithGroups() throws Exception {
    TrainingOptions options =
        OPTIONS.withGroups(
            ParameterGroups.ALL
                .withFreeze("^conv_stem|^bn1")
                .withDecayMatricesOnly(true)
                .withLayerDecay(0.9)
                .withRules(ParameterGroups.rules("classifier: lr=3, decay=0; blocks.1: lr=0")));
    TinyTraining training =
        new TinyTraining(folder.resolve("data"), LossKind.CROSS_ENTROPY, options);
    Path whole = folder.resolve("whole");
    List<EpochResult> expected = training.train(whole, () -> false).history();
    Path parts = folder.resolve("parts");
    int processes = 1;
    while (training.train(parts, after(7)).stopped()) {
      processes++;
    }
    assertTrue(processes > 1, "never stopped");
    assertSameRun(whole, parts, expected.size());
  }

  /** Sums may be taken in another order then, so that the last bits may differ. */
  @Test
  void isCloseWithSeveralThreads() throws Exception {
    TinyTraining training =
        new TinyTraining(folder.resolve("data"), LossKind.DMYT, OPTIONS).onThreads(2);
    Path whole = folder.resolve("whole");
    assertEquals(EPOCHS, training.train(whole, () -> false).history().size());
    Path parts = folder.resolve("parts");
    // In the middle of the first epoch.
    assertTrue(training.train(parts, after(2)).stopped(), "never stopped");
    assertFalse(training.train(parts, () -> false).stopped());
    try (TrainingRun a = TrainingRun.resume(whole);
        TrainingRun b = TrainingRun.resume(parts);
        Detector c = Detector.load(a.checkpoint().orElseThrow(), Engines.dl4j());
        Detector d = Detector.load(b.checkpoint().orElseThrow(), Engines.dl4j())) {
      for (ToDoubleFunction<EpochResult> loss :
          List.<ToDoubleFunction<EpochResult>>of(EpochResult::trainLoss, EpochResult::validLoss)) {
        assertClose(losses(a, loss), losses(b, loss), "losses");
      }
      c.graph()
          .paramTable()
          .forEach((name, values) -> assertClose(values, d.graph().getParam(name), name));
      assertClose(
          c.graph().getUpdater().getStateViewArray(),
          d.graph().getUpdater().getStateViewArray(),
          "the optimiser's state");
    }
  }

  private static INDArray losses(TrainingRun run, ToDoubleFunction<EpochResult> loss) {
    double[] losses = run.start().history().stream().mapToDouble(loss).toArray();
    assertEquals(EPOCHS, losses.length);
    return Nd4j.createFromArray(losses);
  }

  private static void assertClose(INDArray expected, INDArray found, String name) {
    double length = expected.norm2Number().doubleValue();
    double apart = found.sub(expected).norm2Number().doubleValue();
    assertTrue(apart <= 1e-6 * length, () -> name + ": " + apart + " of " + length);
  }

  private static void assertSameRun(Path whole, Path parts, int epochs) throws IOException {
    assertEquals(EPOCHS, epochs);
    assertEquals(table(whole), table(parts));
    for (String name : List.of("last.zip", "best.zip")) {
      try (Detector a = Detector.load(whole.resolve(name), Engines.dl4j());
          Detector b = Detector.load(parts.resolve(name), Engines.dl4j())) {
        assertArrayEquals(
            a.graph().params().data().asFloat(), b.graph().params().data().asFloat(), name);
        assertArrayEquals(
            a.graph().getUpdater().getStateViewArray().data().asFloat(),
            b.graph().getUpdater().getStateViewArray().data().asFloat(),
            "the optimiser's state in " + name);
        assertEquals(a.graph().getIterationCount(), b.graph().getIterationCount());
        assertEquals(a.graph().getEpochCount(), b.graph().getEpochCount());
      }
    }
  }

  /** The history without the seconds. */
  private static List<String> table(Path run) throws IOException {
    return Files.readAllLines(run.resolve("history.csv")).stream()
        .map(line -> line.replaceAll(",[^,]*(,[^,]*)$", "$1"))
        .toList();
  }

  @Test
  void aRunThatIsDoneStaysAsItIs() throws Exception {
    TinyTraining training =
        new TinyTraining(folder.resolve("data"), LossKind.DMYT, OPTIONS.withEpochs(1));
    Path run = folder.resolve("run");
    training.train(run, () -> false);
    byte[] last = Files.readAllBytes(run.resolve("last.zip"));
    TinyTraining.Outcome again = training.train(run, () -> false);
    assertFalse(again.stopped());
    assertEquals(1, again.history().size());
    assertArrayEquals(last, Files.readAllBytes(run.resolve("last.zip")));
  }
}
