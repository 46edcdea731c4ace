package io.dmyt.engine;

import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What executes DL4J graphs: a value, to be passed to whatever runs a network. {@link Engines} has
 * them.
 */
public interface Engine {

  /** What options call it, e.g. {@code onednn}; {@code dl4j} for DL4J's own layers. */
  String name();

  /** What texts call it, e.g. {@code oneDNN}. */
  String title();

  /** The version of the library that computes. */
  String version();

  /** How it executes. */
  ExecutionOptions options();

  /**
   * A graph that does the same on this engine. It shares {@code graph}'s configuration, parameters,
   * gradients and updater: training either trains both, but use only the result from here on.
   * Saving, cloning and transfer learning give stock graphs. Layers that the engine does not know
   * run as DL4J's own.
   *
   * <p>{@link ComputationGraph#close()} frees the engine's memory with the parameters, {@link
   * Engines#release} the engine's alone.
   *
   * @param graph initialised; one that is accelerated already is returned itself, with the engine
   *     that it has
   * @throws IllegalArgumentException if {@code graph} is not initialised, or its parameters are of
   *     a type that the engine does not support
   */
  ComputationGraph accelerate(ComputationGraph graph);
}
