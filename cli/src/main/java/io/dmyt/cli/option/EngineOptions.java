package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import java.util.Locale;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Options of the commands that run a network. */
public final class EngineOptions {
  @Parameter(
      names = "--engine",
      description = "onednn, or dl4j for DL4J's own layers (default: onednn where it is available)")
  String engine;

  @Parameter(
      names = "--precision",
      description = "f32, or bf16 on CPUs that have instructions for it (onednn only)")
  Precision precision = Precision.F32;

  @Parameter(
      names = "--force-bf16",
      description = "Take --precision bf16 even where the CPU has no instructions for it")
  boolean forceBf16;

  @Parameter(
      names = "--threads",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Threads that compute; 0: as many as there are processors")
  int threads;

  /** The engine to use; says so where the usual one is not to be had. */
  public Engine choose(Terminal terminal) {
    if (threads > 0) {
      useThreads(threads);
    }
    Engine chosen = find(new ExecutionOptions(precision, threads, forceBf16));
    if (chosen.options().precision() != precision) {
      throw new UsageException(
          "--precision %s needs another engine than %s"
              .formatted(OptionNames.of(precision), chosen.name()));
    }
    String reason = Engines.bestUnavailableBecause();
    if (engine == null && reason != null) {
      terminal.say("dmyt: using %s: %s", layers(chosen), reason);
    }
    return chosen;
  }

  private static String layers(Engine chosen) {
    return chosen.equals(Engines.dl4j()) ? "DL4J's own layers" : chosen.title();
  }

  private Engine find(ExecutionOptions options) {
    String name = engine == null ? null : engine.toLowerCase(Locale.ROOT);
    if (name != null && !Engines.names().contains(name)) {
      throw new UsageException(
          "unknown --engine %s: expected one of %s"
              .formatted(engine, String.join(", ", Engines.names())));
    }
    try {
      return name == null ? Engines.best(options) : Engines.named(name, options);
    } catch (IllegalStateException e) {
      throw new IllegalStateException("--engine %s: %s".formatted(name, e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "--precision %s: %s".formatted(OptionNames.of(precision), e.getMessage()), e);
    }
  }

  /** OpenMP's threads, which oneDNN shares with ND4J, and BLAS's, which has a pool of its own. */
  private static void useThreads(int threads) {
    Nd4j.getEnvironment().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
  }
}
