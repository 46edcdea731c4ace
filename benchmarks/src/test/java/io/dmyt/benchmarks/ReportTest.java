package io.dmyt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Job JOB = new Job("resnet50", 224, 8, Task.INFER);

  @Test
  void medianOfOddAndEvenCounts() {
    assertEquals(2, measurement(Contestant.LIBTORCH, 3, 1, 2).median());
    assertEquals(2.5, measurement(Contestant.LIBTORCH, 4, 1, 3, 2).median());
    assertThrows(IllegalArgumentException.class, () -> measurement(Contestant.LIBTORCH));
  }

  @Test
  void tablesHaveARowForEachJobAndAColumnForEachSide() {
    String markdown = report().markdown();
    assertTrue(markdown.contains("| | DL4J stock | libtorch via DJL |\n|---|---|---|\n"), markdown);
    assertTrue(
        markdown.contains("| resnet50 224², batch 8, inference | 0.500 | 2.000 |\n"), markdown);
    assertTrue(markdown.contains("| resnet50 224², batch 8, inference | 512 | 512 |\n"), markdown);
    assertTrue(markdown.contains("- PyTorch channels_last could not run: no torch"), markdown);
  }

  @Test
  void oursIsRelatedToEachPeer() {
    Report report = report();
    report.add(List.of(measurement(Contestant.OURS, 1), measurement(Contestant.OURS_BF16, 0.5)));
    String markdown = report.markdown();
    assertTrue(
        markdown.contains("| resnet50 224², batch 8, inference, f32 | 2.00 | 0.50 |\n"), markdown);
    assertTrue(
        markdown.contains("| resnet50 224², batch 8, inference, bf16 | 1.00 | 0.25 |\n"), markdown);
  }

  @Test
  void timesBesideASecondProcessAreRelatedToThoseAlone() {
    String markdown = report().markdown();
    assertTrue(
        markdown.contains("| resnet50 224², batch 8, inference | 12.00 | 3.00 |\n"), markdown);
  }

  @Test
  void failuresAreTold() {
    Report report = report();
    report.failures(List.of(new Contest.Failure(Contestant.PYTORCH, JOB, "RuntimeError: no")));
    assertTrue(
        report
            .markdown()
            .contains("- PyTorch channels_last failed at resnet50, inference: RuntimeError: no\n"));
  }

  @Test
  void unrestIsTold() {
    // 2 is the median, 1 the fastest.
    assertTrue(report().markdown().contains("up to 2.0 times the fastest step"));
  }

  @Test
  void jsonHasEveryTime(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("peers.json");
    report().writeJson(file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    JsonNode libtorch = json.get("measurements").get(1);
    assertEquals("libtorch", libtorch.get("side").asText());
    assertEquals(3, libtorch.get("seconds").size());
    assertEquals(2.0, libtorch.get("median_seconds").asDouble());
    assertEquals("no torch", json.get("missing").get("pytorch").asText());
  }

  private static Report report() {
    Machine machine = new Machine("CPU", 2, List.of("avx2"), 16L << 30, "Linux", "2026-11-22");
    Report report = new Report(machine, new Contest.Options(2, 3, 1, 1, false, true));
    report.add(
        List.of(measurement(Contestant.LIBTORCH, 3, 1, 2), measurement(Contestant.DL4J, 0.5)));
    report.missing(Map.of(Contestant.PYTORCH, "no torch"));
    return report;
  }

  private static Measurement measurement(Contestant side, double... seconds) {
    List<Double> times = Arrays.stream(seconds).boxed().toList();
    return new Measurement(side, JOB, side.title(), times, List.of(6.0), 1, 512_000_000);
  }
}
