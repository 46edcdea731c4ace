package io.dmyt.engine;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What somebody implements who adds an engine. Found by {@link java.util.ServiceLoader}, so that
 * {@link Engines} knows it by name; or given to {@link Engines#of} by hand.
 *
 * <p>Creating a provider must be cheap and must not fail where its native library is missing: that
 * is what {@link #unavailableBecause} is for.
 */
public interface EngineProvider {

  /** What options call it: lower case, no spaces, e.g. {@code onednn}. */
  String name();

  /** What texts call it, e.g. {@code oneDNN}. */
  String title();

  /** The version of the library that computes, asked for only where the engine is available. */
  String version();

  /**
   * What of the hardware it uses, in a few words: a CPU's instructions, a GPU. Asked for only where
   * the engine is available; empty if it does not say.
   */
  default String hardware() {
    return "";
  }

  /**
   * Which engine is the best of those that are available: the one with the largest number above 0.
   * One without such a number is used only when it is named.
   */
  int preference();

  /** Why it can't be used here, or null if it can. */
  @Nullable String unavailableBecause();

  /** Whether it runs graphs whose parameters have this type. */
  boolean supports(DataType type);

  /** Whether the hardware has instructions for a precision, so that it is worth using. */
  boolean accelerates(Precision precision);

  /**
   * Checks options before they are used.
   *
   * @throws IllegalArgumentException if they can't be had here; the message says why
   */
  void check(ExecutionOptions options);

  /**
   * Whether it has an operation. A vertex that needs another one is left to DL4J. An {@link
   * OperationTable} answers this and does the operation too.
   *
   * @param rank of the operation's value
   */
  boolean runs(Operation op, int rank);

  /**
   * What compiles one region of a graph.
   *
   * @param parameters all of the network's, flat; they may change at any time between two runs
   */
  RegionCompiler open(Region region, INDArray parameters, ExecutionOptions options);

  /**
   * The updater of a graph that runs on this engine: DL4J's own by default.
   *
   * @param state to be used itself, not a copy, or null for a new one
   */
  default ComputationGraphUpdater updater(ComputationGraph graph, @Nullable INDArray state) {
    return new ComputationGraphUpdater(graph, state);
  }

  /**
   * Whether its way back leaves out the gradients of parameters for which {@link Region#learns} is
   * false. Running statistics of batch norm move all the same.
   */
  default boolean skipsFrozen() {
    return false;
  }

  /**
   * Keeps a network's parameters in the engine's own memory while it trains.
   *
   * @param parameters all of the network's, flat
   * @param gradients theirs
   * @param blocks all of them, in order
   * @param shared those that DL4J computes with
   * @return null if the engine computes with the graph's arrays themselves, as by default
   */
  default @Nullable DeviceTraining train(
      INDArray parameters,
      INDArray gradients,
      List<DeviceTraining.Block> blocks,
      List<DeviceTraining.Shared> shared) {
    return null;
  }
}
