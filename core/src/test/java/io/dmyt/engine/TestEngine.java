package io.dmyt.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * An engine under test.
 *
 * @param type of the parameters of the graphs that it runs
 */
public record TestEngine(Engine engine, DataType type) {

  /** Every engine that is found and available here, for each type of parameters that it knows. */
  public static Stream<TestEngine> all() {
    List<TestEngine> all = new ArrayList<>();
    for (EngineProvider provider : Engines.providers()) {
      for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
        if (provider.unavailableBecause() == null && provider.supports(type)) {
          all.add(new TestEngine(Engines.of(provider, ExecutionOptions.DEFAULT), type));
        }
      }
    }
    return all.stream();
  }

  /** The best engine, over floats; a test that asks for it is skipped where there is none. */
  public static TestEngine best() {
    Requires.Machine.FAST_ENGINE.assume();
    return new TestEngine(Engines.best(), DataType.FLOAT);
  }

  /** A copy of a configuration, of the type. */
  ComputationGraphConfiguration typed(ComputationGraphConfiguration configuration) {
    ComputationGraphConfiguration copy = configuration.clone();
    copy.setDataType(type);
    return copy;
  }

  /** What rounding makes of equal computations, relative to their norm, where floats have this. */
  double tolerance(double single) {
    if (engine.options().precision() == Precision.BF16) {
      return 2e-2;
    }
    return type == DataType.FLOAT ? single : single * 1e-6;
  }

  @Override
  public String toString() {
    return engine.name() + " " + engine.options().precision() + " over " + type;
  }
}
