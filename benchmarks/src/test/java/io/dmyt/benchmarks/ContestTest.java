package io.dmyt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The whole way through child processes, on a small network and tiny images. */
class ContestTest {
  private static final Contest.Options ONCE = new Contest.Options(1, 2, 1, 1, false, false);

  @Test
  void sidesAgreeOnTheEmbeddings() throws IOException {
    List<Contestant> sides = List.of(Contestant.OURS, Contestant.LIBTORCH, Contestant.ONNXRUNTIME);
    Contest contest = new Contest(sides, ONCE);
    List<Measurement> results = contest.run(new Job("resnet18", 64, 2, Task.INFER));
    assertEquals(sides, results.stream().map(Measurement::side).toList());
    assertTrue(contest.missing().isEmpty());
    for (Measurement m : results) {
      assertEquals(2, m.seconds().size());
      assertTrue(m.median() > 0);
      assertTrue(m.value() > 0);
    }
  }

  @Test
  void sidesAgreeOnTheFirstLoss() throws IOException {
    List<Contestant> sides = List.of(Contestant.OURS, Contestant.LIBTORCH);
    Contest contest = new Contest(sides, ONCE);
    List<Measurement> results = contest.run(new Job("resnet18", 64, 2, Task.TRAIN));
    assertEquals(sides, results.stream().map(Measurement::side).toList());
  }

  @Test
  void disagreementIsFound() {
    Job job = new Job("resnet18", 64, 2, Task.TRAIN);
    Measurement one = measurement(Contestant.OURS, job, 2.0);
    Measurement near = measurement(Contestant.PYTORCH_BF16, job, 2.05);
    Measurement other = measurement(Contestant.LIBTORCH, job, 2.1);
    Measurement nan = measurement(Contestant.DL4J, job, Double.NaN);
    assertEquals(
        List.of(
            new Contest.Failure(Contestant.LIBTORCH, job, "computes 2.1, ours 2.0"),
            new Contest.Failure(Contestant.DL4J, job, "computes NaN, ours 2.0")),
        Contest.disagreements(job, List.of(one, near, other, nan)));
    assertEquals(List.of(), Contest.disagreements(job, List.of()));
  }

  private static Measurement measurement(Contestant side, Job job, double value) {
    return new Measurement(side, job, "", List.of(1.0), List.of(), value, 1);
  }

  @Test
  void aSideThatFailsLeavesTheOthersGoing() throws IOException {
    // ONNX Runtime starts, and fails as soon as it is to train.
    Job job = new Job("resnet18", 64, 2, Task.TRAIN);
    Contest contest = new Contest(List.of(), ONCE);
    List<Measurement> results =
        contest.run(job, List.of(Contestant.ONNXRUNTIME, Contestant.LIBTORCH));
    assertEquals(List.of(Contestant.LIBTORCH), results.stream().map(Measurement::side).toList());
    assertEquals(1, contest.failures().size());
    Contest.Failure failure = contest.failures().get(0);
    assertEquals(Contestant.ONNXRUNTIME, failure.side());
    assertTrue(failure.reason().contains("ONNX Runtime only infers"), failure.reason());
    assertTrue(contest.missing().isEmpty());
  }

  @Test
  void aStepIsTimedBesideTheSameInASecondProcess() throws IOException {
    Contest.Options busy = new Contest.Options(1, 2, 2, 1, false, true);
    Contest contest = new Contest(List.of(Contestant.ONNXRUNTIME), busy);
    Measurement m = contest.run(new Job("resnet18", 64, 2, Task.INFER)).get(0);
    assertEquals(4, m.seconds().size());
    assertEquals(4, m.together().size());
    assertTrue(m.medianTogether() > 0);
  }

  @Test
  void aSideThatOnlyInfersIsNotAskedToTrain() throws IOException {
    Contest contest = new Contest(List.of(Contestant.ONNXRUNTIME), ONCE);
    assertEquals(List.of(), contest.run(new Job("resnet18", 64, 2, Task.TRAIN)));
  }

  @Test
  void aSideThatCannotRunIsLeftOutWithItsReason() throws IOException {
    Contest contest = new Contest(List.of(Contestant.ONNXRUNTIME), ONCE);
    assertEquals(List.of(), contest.run(new Job("resnet18", 64, -1, Task.INFER)));
    assertEquals(1, contest.missing().size());
    assertTrue(
        contest.missing().get(Contestant.ONNXRUNTIME).contains("at least one image"),
        contest.missing().toString());
  }

  @Test
  void optionsCheckThemselves() {
    assertThrows(
        IllegalArgumentException.class, () -> new Contest.Options(0, 1, 1, 1, false, false));
  }
}
