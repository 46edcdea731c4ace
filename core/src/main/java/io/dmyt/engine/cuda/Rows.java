package io.dmyt.engine.cuda;

import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.internal.Text;

/**
 * How a kernel's threads share a matrix of rows of channels: each has a few neighbouring channels
 * and goes down the rows, so that what belongs to a channel stays in registers.
 *
 * @param channels of the matrix
 * @param width channels of a thread
 * @param across threads of a block side by side
 * @param down threads of a block below each other, a power of 2
 */
record Rows(int channels, int width, int across, int down) {
  private static final int THREADS = 256;
  private static final int WIDEST_ACROSS = 128;

  /** For tensors of so many channels, the narrowest of which has elements of this type. */
  static Rows of(int channels, Type narrowest) {
    int width = narrowest == Type.F32 ? 4 : 8;
    while (channels % width != 0) {
      width /= 2;
    }
    return of(channels, width);
  }

  /** With threads of a given width, which divides the channels. */
  static Rows of(int channels, int width) {
    int vectors = channels / width;
    int blocks = (vectors + WIDEST_ACROSS - 1) / WIDEST_ACROSS;
    int across = (vectors + blocks - 1) / blocks;
    int down = Integer.highestOneBit(Math.max(1, THREADS / across));
    return new Rows(channels, width, across, down);
  }

  int threads() {
    return across * down;
  }

  private int blocksAcross() {
    return (channels / width + across - 1) / across;
  }

  /** A grid where each thread has about so many rows. */
  Grid grid(int rows, int rowsPerThread) {
    int blocks = Math.max(1, (rows + down * rowsPerThread - 1) / (down * rowsPerThread));
    return new Grid(blocks, blocksAcross(), 1, threads());
  }

  /** A grid of partial sums over the rows of segments, of as many blocks as fill the device. */
  Grid partialGrid(int rows, int segments) {
    int wanted = Math.max(1, Cuda.multiprocessors() * 6 / (blocksAcross() * segments));
    int most = Math.max(1, rows / (down * 4));
    return new Grid(Math.min(wanted, most), blocksAcross(), segments, threads());
  }

  /** The first lines of a kernel: its thread's channels from {@code c} on, or none. */
  String threadCode() {
    return Text.format(
        """
          const int tx = threadIdx.x %% %1$d, ty = threadIdx.x / %1$d;
          const int c = (blockIdx.y * %1$d + tx) * %2$d;
        """,
        across, width);
  }
}
