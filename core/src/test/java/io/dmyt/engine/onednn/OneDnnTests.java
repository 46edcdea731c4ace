package io.dmyt.engine.onednn;

import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Tuning;
import io.dmyt.engine.Twins;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What tests of oneDNN's own have in common. */
final class OneDnnTests {
  private OneDnnTests() {}

  /** An engine that stores images as a policy says, in bfloat16 even where that is emulated. */
  static TestEngine engine(StoragePolicy policy) {
    return engine(policy, null, null);
  }

  /** The same, whose kernels are chosen by what a stopwatch says, or a clock where that is null. */
  static TestEngine engine(StoragePolicy policy, Tuning tuning, Tuner.Stopwatch stopwatch) {
    ExecutionOptions options = new ExecutionOptions(policy.storage().precision(), 0, true, tuning);
    return new TestEngine(
        Engines.of(new OneDnnProvider((region, precision, training) -> policy, stopwatch), options),
        DataType.FLOAT);
  }

  /** The steps of the program that the fast graph runs. */
  static List<Emitter.Kernel> kernels(Twins twins, boolean training, INDArray features) {
    return ((Program) twins.compiled(training, features)).kernels();
  }
}
