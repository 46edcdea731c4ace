package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.AcceleratedGraphTest;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Requires;
import io.dmyt.engine.Twins;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.nd4j.linalg.dataset.DataSet;

/** Thousands of steps don't grow the process. */
@Requires(Requires.Machine.ONEDNN)
class LongTrainingTest {
  private static final int WARM_UP = 200;
  private static final int STEPS = 2000;

  /** In a Java of its own, whose heap is all resident from the start. */
  @Test
  @Tag("slow")
  @EnabledOnOs(OS.LINUX)
  void residentMemoryStaysFlat() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                LongTrainingTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    List<String> lines = output.lines().filter(line -> line.startsWith("resident ")).toList();
    long early = Long.parseLong(lines.get(0).split(" ", -1)[1]);
    long late = Long.parseLong(lines.get(1).split(" ", -1)[1]);
    // Measured: 20 MB of the JVM's own. A step's activations lost each time would be over 300 MB.
    assertTrue(late - early < 64 << 20, () -> "grew by " + (late - early) + " bytes: " + output);
  }

  public static void main(String[] arguments) throws Exception {
    ComputationGraph stock = new ComputationGraph(AcceleratedGraphTest.residual());
    stock.init();
    ComputationGraph graph = Engines.named("onednn", ExecutionOptions.DEFAULT).accelerate(stock);
    DataSet data = new DataSet(Twins.random(1, 4, 3, 25, 21), AcceleratedGraphTest.labels(4, 3));
    for (int i = 1; i <= STEPS; i++) {
      graph.fit(data);
      if (i == WARM_UP || i == STEPS) {
        System.out.println("resident " + residentBytes());
      }
    }
    // ND4J leaves threads behind that are no daemons.
    System.exit(0);
  }

  private static long residentBytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
