package io.dmyt.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.beust.jcommander.JCommander;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Backend;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import io.dmyt.hub.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineOptionsTest {
  @BeforeAll
  static void needsArraysInHostMemory() {
    assumeFalse(Backend.isCuda(), "ND4J's CUDA backend keeps arrays on the GPU");
  }

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

  /** Kernels are measured by default, so nobody asked for the cache. */
  @Test
  void aDamagedCacheStopsNothing() throws IOException {
    assumeTrue(Engines.bestUnavailableBecause() == null, Engines::bestUnavailableBecause);
    Path cache = CacheFolder.get().resolve("engine-tuning.tsv");
    Files.createDirectories(cache.getParent());
    Files.writeString(cache, "nonsense\n");
    try {
      assertTrue(options("--engine-tuning", "on").tuning().used().isEmpty());
    } finally {
      Files.delete(cache);
    }
  }

  @Test
  void theDefaultCanBeChanged() {
    assertEquals("on", EngineOptions.byDefault(null));
    assertEquals("on", EngineOptions.byDefault(" "));
    assertEquals("off", EngineOptions.byDefault("off"));
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
