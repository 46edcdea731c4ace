package io.dmyt.engine.samediff;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.engine.RegionProgram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An engine that is right and nothing else: ND4J's operations, and SameDiff's way back through
 * them. It shows that the interface of engines is one, and knows every operation.
 */
public final class SameDiffProvider implements EngineProvider {

  @Override
  public String name() {
    return "samediff";
  }

  @Override
  public String title() {
    return "SameDiff";
  }

  @Override
  public String version() {
    return "test";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public String unavailableBecause() {
    return null;
  }

  @Override
  public boolean supports(DataType type) {
    return type == DataType.DOUBLE;
  }

  @Override
  public boolean accelerates(Precision precision) {
    return precision == Precision.F32;
  }

  @Override
  public void check(ExecutionOptions options) {
    if (!accelerates(options.precision())) {
      throw new IllegalArgumentException("the test engine has no bf16");
    }
  }

  @Override
  public boolean runs(Operation op, int rank) {
    return true;
  }

  @Override
  public RegionCompiler open(Region region, INDArray parameters, ExecutionOptions options) {
    return new RegionCompiler() {
      @Override
      public CompiledRegion compile(RegionProgram program) {
        return new SameDiffRegion(program, parameters);
      }

      @Override
      public String description() {
        return "nothing is fast";
      }

      @Override
      public void close() {}
    };
  }
}
