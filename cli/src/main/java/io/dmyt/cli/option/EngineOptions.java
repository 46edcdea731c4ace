package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.Engine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.onednn.OneDnn;
import io.dmyt.engine.onednn.Options;
import io.dmyt.engine.onednn.Precision;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Options of the commands that run a network. */
public final class EngineOptions {
  @Parameter(
      names = "--engine",
      description = "onednn, or dl4j for DL4J's own layers (default: onednn where it is available)")
  Engine.Kind engine;

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
    if (engine == Engine.Kind.DL4J || (engine == null && !OneDnn.available())) {
      if (precision != Precision.F32) {
        throw new UsageException("--precision bf16 needs --engine onednn");
      }
      if (engine == null) {
        terminal.say("dmyt: using DL4J's own layers: %s", OneDnn.unavailableBecause());
      }
      return Engine.dl4j();
    }
    if (!OneDnn.available()) {
      throw new IllegalStateException("--engine onednn: " + OneDnn.unavailableBecause());
    }
    try {
      return new Engine(Engine.Kind.ONEDNN, new Options(precision, threads, forceBf16));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("--precision bf16: " + e.getMessage(), e);
    }
  }

  /** OpenMP's threads, which oneDNN shares with ND4J, and BLAS's, which has a pool of its own. */
  private static void useThreads(int threads) {
    Nd4j.getEnvironment().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
  }
}
