package io.dmyt.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.beust.jcommander.JCommander;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;

@DisabledIf(value = "io.dmyt.engine.Backend#isCuda", disabledReason = "needs arrays in host memory")
class EngineOptionsTest {

  private static ExecutionOptions options(String... words) {
    EngineOptions options = new EngineOptions();
    JCommander.newBuilder().addObject(options).build().parse(words);
    return options.choose(new Terminal(System.out, System.err, false)).options();
  }

  @Test
  void bfloat16NeedsInstructionsOrForce() {
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
