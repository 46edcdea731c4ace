package io.dmyt.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an engine executes a graph.
 *
 * @param precision what activations are stored in
 * @param threads that compute, at least 1, or 0 for ND4J's own setting
 * @param force whether {@link Precision#BF16} is taken even where the processor only emulates it
 * @param tuning remembers kernels that are chosen by measuring, or null: they are chosen by rule
 */
public record ExecutionOptions(
    Precision precision, int threads, boolean force, @Nullable Tuning tuning) {

  /** Single precision, ND4J's number of threads. */
  public static final ExecutionOptions DEFAULT =
      new ExecutionOptions(Precision.F32, 0, false, null);

  /**
   * @throws IllegalArgumentException if {@code threads} is negative
   */
  public ExecutionOptions {
    Objects.requireNonNull(precision, "precision");
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 (ND4J's setting) or more: " + threads);
    }
  }

  /** These options with another precision. */
  public ExecutionOptions withPrecision(Precision other) {
    return new ExecutionOptions(other, threads, force, tuning);
  }

  /** These options with kernels chosen by measuring. */
  public ExecutionOptions withTuning(Tuning other) {
    return new ExecutionOptions(precision, threads, force, other);
  }

  /** These options with another number of threads. */
  public ExecutionOptions withThreads(int other) {
    return new ExecutionOptions(precision, other, force, tuning);
  }
}
