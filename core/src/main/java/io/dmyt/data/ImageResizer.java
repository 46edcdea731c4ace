package io.dmyt.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Resizing with antialiasing of 8-bit RGB, bit for bit as PIL's {@code Image.resize((w, h),
 * BILINEAR)} or {@code BICUBIC}.
 *
 * <p>Each output pixel is a weighted mean of the input pixels under the interpolation's curve, in
 * output pixels when shrinking and in input pixels when enlarging. Rows first, then columns, with
 * rounding to 8 bits in between; weights are fixed point with 22 fractional bits.
 *
 * <p>Implementation note. Both passes are integer sums, so order doesn't matter and the result is
 * exact. What costs time is that neighbouring output pixels have weights of their own, which leaves
 * nothing to vectorise along a row. So the horizontal pass takes 32 lines at once, turned over: one
 * array per column, and every output column is a weighted sum of a few such arrays. The vertical
 * pass is the same sum over rows, and that sum, over separate {@code int} arrays, is a loop that
 * the JIT turns into vector instructions (it doesn't over bytes, nor at offsets into one array).
 * Turning over included, this takes 0.6 of the time of a plain loop over pixels. Every output has
 * the same number of weights, padded with zeros.
 *
 * <p>Keeps its buffers; not thread-safe.
 */
final class ImageResizer {
  private static final int PRECISION = 22;
  private static final int HALF = 1 << (PRECISION - 1);

  /** Lines that go through the horizontal pass together; a multiple of 4. */
  private static final int STRIP = 32;

  private final Interpolation interpolation;
  private Weights horizontal;
  private Weights vertical;
  private byte[] lines = {};
  private int[][] columns = {};
  private int[][] rows = {};
  private int[] rowSums = {};
  private final int[] columnSums = new int[3 * STRIP];
  private final int[][] stripRows = new int[STRIP][];

  ImageResizer(Interpolation interpolation) {
    this.interpolation = interpolation;
    horizontal = Weights.of(interpolation, 1, 1);
    vertical = horizontal;
  }

  /** Takes one row of the result. */
  interface RowSink {
    /**
     * Takes the next row.
     *
     * @param y the row's index
     * @param values [width, 3], each in [0, 255]; valid during the call
     */
    void row(int y, int[] values);
  }

  /**
   * Resizes an image.
   *
   * @param pixels [height, width, 3] from index 0
   * @param sink gets each row of the result, from the top
   */
  void resize(ByteBuffer pixels, int width, int height, int newWidth, int newHeight, RowSink sink) {
    prepare(width, height, newWidth, newHeight);
    int taps = vertical.taps();
    int filled = 0;
    for (int y = 0; y < newHeight; y++) {
      int first = vertical.first()[y];
      while (filled < first + taps) {
        int count = Math.min(STRIP, height - filled);
        pixels.get(filled * 3 * width, lines, 0, count * 3 * width);
        turnOver(width);
        resizeStrip(filled, count);
        filled += count;
      }
      vertical.sum(y, rows, rowSums);
      sink.row(y, rowSums);
    }
  }

  private void prepare(int width, int height, int newWidth, int newHeight) {
    horizontal =
        horizontal.fits(width, newWidth) ? horizontal : Weights.of(interpolation, width, newWidth);
    vertical =
        vertical.fits(height, newHeight) ? vertical : Weights.of(interpolation, height, newHeight);
    int linesLength = Math.multiplyExact(3 * STRIP, width);
    lines = lines.length >= linesLength ? lines : new byte[linesLength];
    columns = columns.length >= width ? columns : new int[width][3 * STRIP];
    // The rows under the triangle, and those of its last strip that lie beyond.
    int rowsLength = vertical.taps() + STRIP;
    if (rowSums.length != 3 * newWidth || rows.length < rowsLength) {
      rows = new int[rowsLength][3 * newWidth];
      rowSums = new int[3 * newWidth];
    }
  }

  /** [STRIP, width, 3] bytes to [width, STRIP, 3] integers; four lines at a time, for the cache. */
  private void turnOver(int width) {
    int length = 3 * width;
    for (int line = 0; line < STRIP; line += 4) {
      int a = line * length;
      int b = a + length;
      int c = b + length;
      int d = c + length;
      for (int x = 0; x < width; x++, a += 3, b += 3, c += 3, d += 3) {
        int[] column = columns[x];
        int to = 3 * line;
        column[to] = lines[a] & 0xff;
        column[to + 1] = lines[a + 1] & 0xff;
        column[to + 2] = lines[a + 2] & 0xff;
        column[to + 3] = lines[b] & 0xff;
        column[to + 4] = lines[b + 1] & 0xff;
        column[to + 5] = lines[b + 2] & 0xff;
        column[to + 6] = lines[c] & 0xff;
        column[to + 7] = lines[c + 1] & 0xff;
        column[to + 8] = lines[c + 2] & 0xff;
        column[to + 9] = lines[d] & 0xff;
        column[to + 10] = lines[d + 1] & 0xff;
        column[to + 11] = lines[d + 2] & 0xff;
      }
    }
  }

  /** The horizontal pass over the columns; the results are turned back into rows. */
  private void resizeStrip(int firstRow, int count) {
    int newWidth = rowSums.length / 3;
    for (int r = 0; r < count; r++) {
      stripRows[r] = rows[(firstRow + r) % rows.length];
    }
    for (int x = 0; x < newWidth; x++) {
      horizontal.sum(x, columns, columnSums);
      for (int r = 0, from = 0; r < count; r++, from += 3) {
        int[] row = stripRows[r];
        row[3 * x] = columnSums[from];
        row[3 * x + 1] = columnSums[from + 1];
        row[3 * x + 2] = columnSums[from + 2];
      }
    }
  }

  /**
   * The weights along one axis: output {@code i} is the sum over {@code t < taps} of input {@code
   * first[i] + t} times {@code weight[i · taps + t]}.
   */
  private record Weights(int from, int to, int taps, int[] first, int[] weight) {

    static Weights of(Interpolation interpolation, int from, int to) {
      Interpolation.Window[] windows = new Interpolation.Window[to];
      int taps = 0;
      for (int i = 0; i < to; i++) {
        windows[i] = interpolation.window(i, from, to);
        taps = Math.max(taps, windows[i].weights().length);
      }
      int[] first = new int[to];
      int[] weight = new int[Math.multiplyExact(to, taps)];
      for (int i = 0; i < to; i++) {
        double[] weights = windows[i].weights();
        // Near the far edge the padding goes in front, so that no tap lies outside.
        first[i] = Math.min(windows[i].first(), from - taps);
        int padding = windows[i].first() - first[i];
        for (int t = 0; t < weights.length; t++) {
          double half = weights[t] < 0 ? -0.5 : 0.5;
          weight[i * taps + padding + t] = (int) (half + weights[t] * (1 << PRECISION));
        }
      }
      return new Weights(from, to, taps, first, weight);
    }

    boolean fits(int otherFrom, int otherTo) {
      return from == otherFrom && to == otherTo;
    }

    /**
     * Output i: the weighted sum of inputs, rounded to levels.
     *
     * @param inputs input n is at n mod their number
     */
    void sum(int i, int[][] inputs, int[] sums) {
      Arrays.fill(sums, HALF);
      int at = i * taps;
      int n = first[i] % inputs.length;
      int t = 0;
      for (; taps - t >= 4; t += 4) {
        int[] a = inputs[n];
        n = next(n, inputs);
        int[] b = inputs[n];
        n = next(n, inputs);
        int[] c = inputs[n];
        n = next(n, inputs);
        int[] d = inputs[n];
        n = next(n, inputs);
        addFour(
            sums,
            a,
            weight[at + t],
            b,
            weight[at + t + 1],
            c,
            weight[at + t + 2],
            d,
            weight[at + t + 3]);
      }
      for (; t < taps; t++) {
        addOne(sums, inputs[n], weight[at + t]);
        n = next(n, inputs);
      }
      toLevels(sums);
    }

    private static int next(int n, int[][] inputs) {
      return n + 1 == inputs.length ? 0 : n + 1;
    }

    private static void addFour(
        int[] sums,
        int[] a,
        int weightA,
        int[] b,
        int weightB,
        int[] c,
        int weightC,
        int[] d,
        int weightD) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += a[i] * weightA + b[i] * weightB + c[i] * weightC + d[i] * weightD;
      }
    }

    private static void addOne(int[] sums, int[] a, int weightA) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += a[i] * weightA;
      }
    }

    /** Rounded weights may sum to a little more than one, and some are negative. */
    private static void toLevels(int[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = Math.max(0, Math.min(sums[i] >> PRECISION, 255));
      }
    }
  }
}
