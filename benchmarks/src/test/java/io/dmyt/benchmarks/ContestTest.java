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
    List<Contestant> sides = List.of(Contestant.LIBTORCH, Contestant.ONNXRUNTIME);
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
        contest.missing().get(Contestant.ONNXRUNTIME).contains("NegativeArraySize"),
        contest.missing().toString());
  }

  @Test
  void optionsCheckThemselves() {
    assertThrows(IllegalArgumentException.class, () -> new Contest.Options(0, 1, 1, 1, false));
  }
}
