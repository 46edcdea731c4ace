package io.dmyt.engine.onednn;

import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.internal.Address;
import io.dmyt.optim.FusedUpdater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs DL4J's graphs on a CPU with oneDNN. */
public final class OneDnnProvider implements EngineProvider {
  private final StoragePolicy.Rule rule;
  private final Tuner.@Nullable Stopwatch stopwatch;

  /** For {@link java.util.ServiceLoader}. */
  public OneDnnProvider() {
    this(StoragePolicy::of, null);
  }

  /**
   * @param rule instead of this CPU's
   * @param stopwatch measures instead of a clock, or null
   */
  OneDnnProvider(StoragePolicy.Rule rule, Tuner.@Nullable Stopwatch stopwatch) {
    this.rule = rule;
    this.stopwatch = stopwatch;
  }

  private static final class Probe {
    static final @Nullable String REASON = probe();

    private static @Nullable String probe() {
      if (!Address.reachesArrays()) {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        return "ND4J's backend is " + backend + ", not a CPU's";
      }
      try {
        Dnnl.engine();
        return null;
      } catch (LinkageError | OneDnnException e) {
        return "oneDNN does not load: " + e.getMessage();
      }
    }
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String title() {
    return "oneDNN";
  }

  @Override
  public String version() {
    return Dnnl.version();
  }

  @Override
  public String hardware() {
    return Instructions.used();
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public @Nullable String unavailableBecause() {
    return Probe.REASON;
  }

  @Override
  public boolean supports(DataType type) {
    return type == DataType.FLOAT;
  }

  @Override
  public boolean accelerates(Precision precision) {
    return precision == Precision.F32 || Dnnl.bf16Instructions();
  }

  @Override
  public void check(ExecutionOptions options) {
    if (!options.force() && !accelerates(options.precision())) {
      throw new IllegalArgumentException(
          "bf16 needs a CPU with bfloat16 instructions (AVX-512 BF16 or AMX); this one has none");
    }
  }

  @Override
  public boolean runs(Operation op, int rank) {
    return Operations.ALL.runs(op, rank);
  }

  @Override
  public boolean skipsFrozen() {
    return true;
  }

  @Override
  public RegionCompiler open(Region region, INDArray parameters, ExecutionOptions options) {
    return new OneDnnCompiler(
        region,
        training -> rule.policy(region, options.precision(), training),
        parameters,
        new Threads(options.threads()),
        options.tuning(),
        stopwatch);
  }

  @Override
  public ComputationGraphUpdater updater(ComputationGraph graph, @Nullable INDArray state) {
    return new FusedUpdater(graph, state);
  }
}
