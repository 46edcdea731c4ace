package io.dmyt.engine.onednn;

import java.util.Objects;

/**
 * How a graph is accelerated.
 *
 * @param precision what activations are stored in
 * @param threads OpenMP threads for oneDNN and ND4J alike, at least 1, or 0 for ND4J's own setting
 * @param force whether {@link Precision#BF16} is taken even where the CPU only emulates it
 */
public record Options(Precision precision, int threads, boolean force) {

  /** Single precision, ND4J's number of threads. */
  public static final Options DEFAULT = new Options(Precision.F32, 0, false);

  /**
   * @throws IllegalArgumentException if {@code threads} is negative, or if bf16 is asked for
   *     without {@code force} on a CPU that has no instructions for it
   */
  public Options {
    Objects.requireNonNull(precision, "precision");
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 (ND4J's setting) or more: " + threads);
    }
    if (precision == Precision.BF16 && !force && !OneDnn.bf16Supported()) {
      throw new IllegalArgumentException(
          "bf16 needs a CPU with bfloat16 instructions (AVX-512 BF16 or AMX); this one has none");
    }
  }

  /** These options with another precision. */
  public Options withPrecision(Precision other) {
    return new Options(other, threads, force);
  }

  /** These options with another number of threads. */
  public Options withThreads(int other) {
    return new Options(precision, other, force);
  }
}
