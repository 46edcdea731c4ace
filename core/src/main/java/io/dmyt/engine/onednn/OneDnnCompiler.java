package io.dmyt.engine.onednn;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.engine.RegionProgram;
import io.dmyt.engine.Tuning;
import io.dmyt.engine.UnsupportedShapeException;
import io.dmyt.internal.Text;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compiles a region's {@link Program}s, all of which live in one arena. */
final class OneDnnCompiler implements RegionCompiler {
  private final StoragePolicy training;
  private final StoragePolicy inference;
  private final Parameters parameters;
  private final Threads threads;
  private final @Nullable Tuning tuning;
  private final Tuner.@Nullable Stopwatch stopwatch;
  private final NativeScope scope = new NativeScope();
  private final Arena arena = new Arena(scope);
  private final Map<Boolean, Long> most = new HashMap<>();

  /**
   * @param policies in training, or in inference
   * @param tuning remembers what was measured, or null: everything is chosen by rule
   * @param stopwatch instead of a {@link KernelTimer}, or null
   */
  OneDnnCompiler(
      Region region,
      Function<Boolean, StoragePolicy> policies,
      INDArray parameters,
      Threads threads,
      @Nullable Tuning tuning,
      Tuner.@Nullable Stopwatch stopwatch) {
    this.tuning = tuning;
    this.stopwatch = stopwatch;
    this.training = policies.apply(true);
    this.inference = policies.apply(false);
    this.parameters = Parameters.of(region, parameters);
    this.threads = threads;
  }

  @Override
  public CompiledRegion compile(RegionProgram program) {
    threads.use();
    StoragePolicy policy = program.training() ? training : inference;
    try (KernelTimer timer = new KernelTimer()) {
      Tuner tuner =
          isWorthMeasuring(program)
              ? tuner(policy, stopwatch == null ? timer::seconds : stopwatch)
              : null;
      Program compiled = Compiler.compile(program, policy, tuner, parameters, threads, arena);
      if (tuner != null) {
        tuner.save();
      }
      return compiled;
    } catch (OneDnnException e) {
      if (e.unimplemented()) {
        throw new UnsupportedShapeException(e.getMessage(), e);
      }
      throw e;
    }
  }

  /**
   * Whether a program has more to compute than those before it. The last batch of a folder or a
   * video, whose size is seldom seen twice, isn't worth it: rules choose there.
   */
  private boolean isWorthMeasuring(RegionProgram program) {
    long size = program.inputLength();
    return size >= most.merge(program.training(), size, Math::max);
  }

  private @Nullable Tuner tuner(StoragePolicy policy, Tuner.@Nullable Stopwatch watch) {
    if (tuning == null) {
      return null;
    }
    String machine = Text.format("%s, %d threads", Dnnl.machine(), threads.count());
    return new Tuner(tuning, policy, machine, watch, Tuner.BUDGET);
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder("images are stored in ").append(inference.storage());
    if (!training.equals(inference)) {
      text.append(" in inference, in ").append(training.storage()).append(" in training");
    }
    for (StoragePolicy policy : new LinkedHashSet<>(List.of(inference, training))) {
      Tuner tuner = tuner(policy, stopwatch);
      text.append(tuner == null ? "" : tuner.description());
    }
    return text.toString();
  }

  @Override
  public void close() {
    scope.close();
  }
}
