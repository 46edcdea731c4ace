package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Tuning;
import io.dmyt.hub.CacheFolder;
import io.dmyt.internal.Reason;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Options of the commands that run a network. */
public final class EngineOptions {
  @Parameter(
      names = "--engine",
      description =
          "onednn, cuda for an NVIDIA GPU, or dl4j for DL4J's own layers (default: onednn where it is"
              + " available)")
  @Nullable String engine;

  @Parameter(
      names = "--precision",
      description = "f32, or bf16 on processors that have instructions for it (onednn and cuda)")
  Precision precision = Precision.F32;

  @Parameter(
      names = "--force-bf16",
      description = "Allow --precision bf16 even where the CPU has no instructions for it")
  boolean forceBf16;

  @Parameter(
      names = "--threads",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Threads that compute; 0 for one per processor")
  int threads;

  @Parameter(
      names = "--engine-tuning",
      description =
          "How kernels are chosen (onednn only): off, by rule; on, by measuring each shape once"
              + " and remembering the fastest; or a file to remember them in. $DMYT_ENGINE_TUNING"
              + " changes the default")
  String tuning = byDefault(System.getenv("DMYT_ENGINE_TUNING"));

  /**
   * The engine to use; says so where the usual one is not to be had.
   *
   * @throws IOException if the file with the engine's choices can't be read
   */
  public Engine choose(Terminal terminal) throws IOException {
    return choose(terminal, tuning(terminal, List.of()));
  }

  /**
   * The engine for a run that keeps its choices of kernels in a file of its own.
   *
   * @throws IOException if a file with choices can't be read
   */
  public Engine choose(Terminal terminal, Path own) throws IOException {
    return choose(terminal, tuning(terminal, List.of(own)));
  }

  static String byDefault(@Nullable String variable) {
    return variable == null || variable.isBlank() ? "on" : variable;
  }

  private @Nullable Tuning tuning(Terminal terminal, List<Path> own) throws IOException {
    if (tuning.equalsIgnoreCase("off")) {
      return null;
    }
    List<Path> files = new ArrayList<>(own);
    if (!tuning.equalsIgnoreCase("on")) {
      files.add(Path.of(tuning));
      return Tuning.in(files.toArray(Path[]::new));
    }
    files.add(CacheFolder.get().resolve("engine-tuning.tsv"));
    try {
      return Tuning.in(files.toArray(Path[]::new));
    } catch (IOException e) {
      // Nobody asked for the cache: what is wrong with it stops nothing.
      Tuning without = Tuning.in(own.toArray(Path[]::new));
      terminal.say("dmyt: kernels are measured anew: %s", Reason.withFile(e));
      return without;
    }
  }

  private Engine choose(Terminal terminal, @Nullable Tuning tuned) {
    if (threads > 0) {
      useThreads(threads);
    }
    Engine chosen = find(new ExecutionOptions(precision, threads, forceBf16, tuned));
    if (chosen.options().precision() != precision) {
      throw new UsageException(
          Text.format(
              "--precision %s needs another engine than %s",
              OptionNames.of(precision), chosen.name()));
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
          Text.format(
              "unknown --engine %s: expected one of %s",
              engine, String.join(", ", Engines.names())));
    }
    try {
      return name == null ? Engines.best(options) : Engines.named(name, options);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(Text.format("--engine %s: %s", name, e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          Text.format("--precision %s: %s", OptionNames.of(precision), e.getMessage()), e);
    }
  }

  /** OpenMP's threads, which oneDNN shares with ND4J, and BLAS's, which has a pool of its own. */
  private static void useThreads(int threads) {
    Nd4j.getEnvironment().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
  }
}
