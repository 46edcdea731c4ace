package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepTimesTest {
  @Test
  void takesTheMedian() {
    assertEquals(
        new StepTimes(5, 2, 1, 4, 77L), StepTimes.of(new double[] {9, 1, 2, 1.5, 3}, 8, 77L));
    assertEquals(
        new StepTimes(4, 2.5, 1, 3.2, null), StepTimes.of(new double[] {4, 1, 2, 3}, 8, null));
    assertEquals(new StepTimes(1, 4, 4, 0.25, null), StepTimes.of(new double[] {4}, 1, null));
  }

  @Test
  void runsWarmUpAndRounds() throws Exception {
    List<Integer> steps = new ArrayList<>();
    int[] runs = {0};
    StepTimes times = StepTimes.of(() -> runs[0]++, 2, 3, steps::add);
    assertEquals(3, times.rounds());
    assertEquals(StepTimes.WARM_UP + 3, runs[0]);
    assertEquals(IntStream.rangeClosed(1, StepTimes.WARM_UP + 3).boxed().toList(), steps);
    assertTrue(times.fastest() > 0 && times.seconds() >= times.fastest(), times.toString());
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertTrue(times.peakResidentBytes() > 10 << 20, times.toString());
    }
  }
}
