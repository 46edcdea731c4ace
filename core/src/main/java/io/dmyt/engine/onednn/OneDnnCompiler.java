package io.dmyt.engine.onednn;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.engine.RegionProgram;
import io.dmyt.engine.UnsupportedShapeException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compiles a region's {@link Program}s, all of which live in one arena. */
final class OneDnnCompiler implements RegionCompiler {
  private final StoragePolicy policy;
  private final Parameters parameters;
  private final Threads threads;
  private final NativeScope scope = new NativeScope();
  private final Arena arena = new Arena(scope);

  OneDnnCompiler(Region region, StoragePolicy policy, INDArray parameters, Threads threads) {
    this.policy = policy;
    this.parameters = Parameters.of(region, parameters);
    this.threads = threads;
  }

  @Override
  public CompiledRegion compile(RegionProgram program) {
    threads.use();
    try {
      return Compiler.compile(program, policy, parameters, threads, arena);
    } catch (OneDnnException e) {
      if (e.unimplemented()) {
        throw new UnsupportedShapeException(e.getMessage(), e);
      }
      throw e;
    }
  }

  @Override
  public String description() {
    return "images are stored in " + policy.storage();
  }

  @Override
  public void close() {
    scope.close();
  }
}
