package io.dmyt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The whole way through child processes, on a small network and tiny images. */
class ContestTest {
  private static final Contest.Options ONCE = new Contest.Options(1, 2, 1, 1, false);

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
  void disagreementEndsTheRun() {
    Job job = new Job("resnet18", 64, 2, Task.TRAIN);
    Measurement one = new Measurement(Contestant.OURS, job, "", List.of(1.0), 2.0, 1);
    Measurement other = new Measurement(Contestant.LIBTORCH, job, "", List.of(1.0), 2.1, 1);
    Measurement nan = new Measurement(Contestant.DL4J, job, "", List.of(1.0), Double.NaN, 1);
    assertThrows(
        IllegalStateException.class, () -> Contest.requireAgreement(job, List.of(one, other)));
    assertThrows(
        IllegalStateException.class, () -> Contest.requireAgreement(job, List.of(one, nan)));
    Contest.requireAgreement(job, List.of(one, one));
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
    assertThrows(IllegalArgumentException.class, () -> new Contest.Options(0, 1, 1, 1, false));
  }
}
