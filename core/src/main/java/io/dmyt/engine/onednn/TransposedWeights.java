package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_IOhw8o16i2o;

import io.dmyt.engine.Precision;
import io.dmyt.internal.Address;
import io.dmyt.internal.Stripes;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Converts weights of 1×1 convolutions from row-major floats to the bfloat16 that oneDNN's kernels
 * for the input's gradient read: blocks of 16 × 16 whose values lie in pairs of two outputs. A
 * bfloat16 is the upper half of a float, rounded to even.
 *
 * <p>oneDNN's own copy takes three times as long: 54 ms of a training step of vit_base.
 */
final class TransposedWeights {
  private static final int BLOCK = 16;

  /** Smaller weights are converted by oneDNN sooner than Java's threads are awake. */
  private static final long SMALLEST = 1 << 20;

  /** Pairs in a block. */
  private static final int PAIRS = BLOCK * BLOCK / 2;

  private TransposedWeights() {}

  /** Weights in the format, by this conversion if it is one that it knows, or else by oneDNN's. */
  static Tensor in(Format format, Tensor weights, Emitter emit) {
    long[] dims = weights.format().dims();
    if (weights.format().bytes() < SMALLEST * Float.BYTES
        || !knows(format, weights.format(), emit.scope())) {
      return emit.in(format, weights);
    }
    Tensor copy = emit.tensor(format);
    emit.run(
        "weights in pairs", () -> convert(dims, weights.address(), copy.address()), weights, copy);
    return copy;
  }

  static boolean knows(Format format, Format weights, NativeScope scope) {
    long[] dims = weights.dims();
    return dims.length == 4
        && dims[2] * dims[3] == 1
        && weights.same(Format.plain(scope, dims))
        && format.same(Format.tagged(scope, Precision.BF16, dnnl_IOhw8o16i2o, dims));
  }

  /**
   * Converts. What lacks in the last block of either dimension is 0.
   *
   * @param dims outputs and inputs first
   */
  static void convert(long[] dims, long from, long to) {
    int outputs = Math.toIntExact(dims[0]);
    int inputs = Math.toIntExact(dims[1]);
    int rows = blocks(outputs);
    int columns = blocks(inputs);
    IntBuffer source = Address.ints(from, (long) outputs * inputs);
    IntBuffer target = Address.ints(to, (long) rows * columns * PAIRS);
    int threads = Stripes.threads();
    Stripes.each(
        threads,
        threads,
        stripe -> {
          int[] even = new int[inputs];
          int[] odd = new int[inputs];
          int[] pairs = new int[columns * BLOCK];
          int[] blocks = new int[columns * PAIRS];
          for (int row = (int) stripe; row < rows; row += threads) {
            for (int pair = 0; pair < BLOCK / 2; pair++) {
              int output = row * BLOCK + 2 * pair;
              read(source, outputs, output, even);
              read(source, outputs, output + 1, odd);
              join(even, odd, pairs);
              for (int column = 0; column < columns; column++) {
                System.arraycopy(
                    pairs, column * BLOCK, blocks, column * PAIRS + pair * BLOCK, BLOCK);
              }
            }
            for (int column = 0; column < columns; column++) {
              target.put((column * rows + row) * PAIRS, blocks, column * PAIRS, PAIRS);
            }
          }
        });
  }

  private static int blocks(int length) {
    return (length + BLOCK - 1) / BLOCK;
  }

  private static void read(IntBuffer source, int outputs, int output, int[] row) {
    if (output < outputs) {
      source.get(output * row.length, row);
    } else {
      Arrays.fill(row, 0);
    }
  }

  private static void join(int[] low, int[] high, int[] pairs) {
    for (int i = 0; i < low.length; i++) {
      pairs[i] = (rounded(low[i]) >>> 16) | (rounded(high[i]) & 0xFFFF0000);
    }
  }

  /**
   * A float's bits, whose upper half is the bfloat16; without branches, so that it is vectorised.
   */
  private static int rounded(int bits) {
    int nan = (0x7F800000 - (bits & 0x7FFFFFFF)) >> 31;
    int even = bits + 0x7FFF + ((bits >>> 16) & 1);
    return (even & ~nan) | ((bits | 0x00400000) & nan);
  }
}
