package io.dmyt.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.beust.jcommander.JCommander;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

@DisabledIf(value = "io.dmyt.engine.Backend#isCuda", disabledReason = "needs arrays in host memory")
class EngineOptionsTest {

  private static ExecutionOptions options(String... words) throws IOException {
    EngineOptions options = new EngineOptions();
    JCommander.newBuilder().addObject(options).build().parse(words);
    return options.choose(new Terminal(System.out, System.err, false)).options();
  }

  @Test
  void kernelsAreMeasuredWhereThatIsAsked(@TempDir Path folder) throws IOException {
    assumeTrue(Engines.bestUnavailableBecause() == null, Engines::bestUnavailableBecause);
    assertNull(options("--engine-tuning", "off").tuning());
    assertNotNull(options("--engine-tuning", "on").tuning());
    Path file = folder.resolve("tuning.tsv");
    Files.writeString(file, "key\tchoice\n");
    assertEquals(
        "choice", options("--engine-tuning", file.toString()).tuning().choice("key").orElseThrow());
    Files.writeString(file, "nonsense\n");
    String message =
        assertThrows(IOException.class, () -> options("--engine-tuning", file.toString()))
            .getMessage();
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void bfloat16NeedsInstructionsOrForce() throws IOException {
    assumeTrue(Engines.bestUnavailableBecause() == null, Engines::bestUnavailableBecause);
    if (Engines.provider("onednn").orElseThrow().accelerates(Precision.BF16)) {
      assertEquals(Precision.BF16, options("--precision", "bf16").precision());
    } else {
      Exception refused =
          assertThrows(IllegalStateException.class, () -> options("--precision", "bf16"));
      assertTrue(refused.getMessage().startsWith("--precision bf16: bf16 needs a CPU with"));
      assertEquals(1, refused.getMessage().lines().count());
    }
    assertEquals(Precision.BF16, options("--precision", "bf16", "--force-bf16").precision());
    assertEquals(Precision.F32, options("--force-bf16").precision());
  }
}
