package io.dmyt.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.beust.jcommander.JCommander;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.onednn.OneDnn;
import io.dmyt.engine.onednn.Options;
import io.dmyt.engine.onednn.Precision;
import org.junit.jupiter.api.Test;

class EngineOptionsTest {

  private static Options options(String... words) {
    EngineOptions options = new EngineOptions();
    JCommander.newBuilder().addObject(options).build().parse(words);
    return options.choose(new Terminal(System.out, System.err, false)).options();
  }

  @Test
  void bfloat16NeedsInstructionsOrForce() {
    if (OneDnn.bf16Supported()) {
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
