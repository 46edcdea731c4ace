package io.dmyt.engine.cuda;

import io.dmyt.engine.DeviceTraining;
import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.internal.Address;
import io.dmyt.internal.Text;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs DL4J's graphs on an NVIDIA GPU of compute capability 7.5 or later, with CUDA 13 and cuDNN 9.
 * ND4J itself stays on the CPU.
 */
public final class CudaProvider implements EngineProvider {
  private static final String BINDINGS = "org.bytedeco.cuda.global.cudart";
  private static final int BF16_CAPABILITY = 80;

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String title() {
    return "CUDA";
  }

  @Override
  public String version() {
    return Cuda.version();
  }

  /** Used only when it is named, as long as it has been tried on one kind of GPU alone. */
  @Override
  public int preference() {
    return 0;
  }

  @Override
  public @Nullable String unavailableBecause() {
    try {
      Class.forName(BINDINGS, false, CudaProvider.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return "CUDA's Java bindings are not on the class path (org.bytedeco:cuda, version 13.1)";
    }
    if (!Address.reachesArrays()) {
      return "ND4J's backend is not a CPU's";
    }
    return Cuda.unavailableBecause();
  }

  @Override
  public boolean supports(DataType type) {
    return type == DataType.FLOAT;
  }

  @Override
  public boolean accelerates(Precision precision) {
    return precision == Precision.F32 || Cuda.capability() >= BF16_CAPABILITY;
  }

  @Override
  public void check(ExecutionOptions options) {
    if (!accelerates(options.precision())) {
      throw new IllegalArgumentException(
          Text.format(
              "%s needs a GPU of compute capability 8.0 or later; this one has %d.%d",
              options.precision().name().toLowerCase(Locale.ROOT),
              Cuda.capability() / 10,
              Cuda.capability() % 10));
    }
  }

  @Override
  public boolean runs(Operation op, int rank) {
    return Operations.ALL.runs(op, rank);
  }

  @Override
  public RegionCompiler open(Region region, INDArray parameters, ExecutionOptions options) {
    return new CudaCompiler(parameters, options.precision());
  }

  @Override
  public DeviceTraining train(
      INDArray parameters,
      INDArray gradients,
      List<DeviceTraining.Block> blocks,
      List<DeviceTraining.Shared> shared) {
    return new DeviceAdamW(DeviceParameters.of(parameters), gradients, blocks, shared);
  }
}
