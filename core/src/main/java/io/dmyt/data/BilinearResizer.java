package io.dmyt.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bilinear resizing with antialiasing of 8-bit RGB, bit for bit as PIL's {@code Image.resize((w,
 * h), BILINEAR)}.
 *
 * <p>Each output pixel is a weighted mean of the input pixels under a triangle whose half-width is
 * one output pixel when shrinking and one input pixel when enlarging. Rows first, then columns,
 * with rounding to 8 bits in between; weights are fixed point with 22 fractional bits.
 *
 * <p>Implementation note. Both passes are integer sums, so order doesn't matter and the result is
 * exact. Every output pixel has the same number of weights, padded with zeros, and they are added
 * four, two and one at a time in loops over the whole row: an inner loop over so few weights took
 * four times as long. The rows that the horizontal pass leaves, in a ring just as long as the
 * vertical triangle, are {@code int}s, since the JIT turns the vertical pass over those into vector
 * instructions, but not over bytes.
 *
 * <p>Keeps its buffers; not thread-safe.
 */
final class BilinearResizer {
  private static final int PRECISION = 22;
  private static final int HALF = 1 << (PRECISION - 1);

  private Weights columns = Weights.of(1, 1);
  private Weights rows = Weights.of(1, 1);
  private byte[] line = {};
  private int[][] ring = {};
  private int[] sums = {};

  /** Takes one row of the result. */
  interface RowSink {
    /**
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
    columns = columns.fits(width, newWidth) ? columns : Weights.of(width, newWidth);
    rows = rows.fits(height, newHeight) ? rows : Weights.of(height, newHeight);
    int lineLength = 3 * width;
    int rowLength = 3 * newWidth;
    int taps = rows.taps();
    line = line.length >= lineLength ? line : new byte[lineLength];
    if (sums.length != rowLength || ring.length < taps) {
      ring = new int[taps][rowLength];
      sums = new int[rowLength];
    }

    int filled = 0;
    for (int y = 0; y < newHeight; y++) {
      int first = rows.first()[y];
      for (; filled < first + taps; filled++) {
        pixels.get(filled * lineLength, line, 0, lineLength);
        int[] row = ring[filled % taps];
        Arrays.fill(row, HALF);
        addPixels(line, columns, row);
        toLevels(row);
      }
      Arrays.fill(sums, HALF);
      addRows(first, y * taps);
      toLevels(sums);
      sink.row(y, sums);
    }
  }

  /** The horizontal pass over one line. */
  private static void addPixels(byte[] line, Weights columns, int[] row) {
    int taps = columns.taps();
    int tap = 0;
    for (; taps - tap >= 4; tap += 4) {
      addFourPixels(line, columns, tap, row);
    }
    if (taps - tap >= 2) {
      addTwoPixels(line, columns, tap, row);
      tap += 2;
    }
    if (taps - tap >= 1) {
      addOnePixel(line, columns, tap, row);
    }
  }

  private static void addFourPixels(byte[] line, Weights columns, int tap, int[] row) {
    int taps = columns.taps();
    int[] first = columns.first();
    int[] weight = columns.weight();
    for (int x = 0; x < first.length; x++) {
      int at = 3 * (first[x] + tap);
      int w = x * taps + tap;
      int a = weight[w];
      int b = weight[w + 1];
      int c = weight[w + 2];
      int d = weight[w + 3];
      int to = 3 * x;
      row[to] +=
          (line[at] & 0xff) * a
              + (line[at + 3] & 0xff) * b
              + (line[at + 6] & 0xff) * c
              + (line[at + 9] & 0xff) * d;
      row[to + 1] +=
          (line[at + 1] & 0xff) * a
              + (line[at + 4] & 0xff) * b
              + (line[at + 7] & 0xff) * c
              + (line[at + 10] & 0xff) * d;
      row[to + 2] +=
          (line[at + 2] & 0xff) * a
              + (line[at + 5] & 0xff) * b
              + (line[at + 8] & 0xff) * c
              + (line[at + 11] & 0xff) * d;
    }
  }

  private static void addTwoPixels(byte[] line, Weights columns, int tap, int[] row) {
    int taps = columns.taps();
    int[] first = columns.first();
    int[] weight = columns.weight();
    for (int x = 0; x < first.length; x++) {
      int at = 3 * (first[x] + tap);
      int w = x * taps + tap;
      int a = weight[w];
      int b = weight[w + 1];
      int to = 3 * x;
      row[to] += (line[at] & 0xff) * a + (line[at + 3] & 0xff) * b;
      row[to + 1] += (line[at + 1] & 0xff) * a + (line[at + 4] & 0xff) * b;
      row[to + 2] += (line[at + 2] & 0xff) * a + (line[at + 5] & 0xff) * b;
    }
  }

  private static void addOnePixel(byte[] line, Weights columns, int tap, int[] row) {
    int taps = columns.taps();
    int[] first = columns.first();
    int[] weight = columns.weight();
    for (int x = 0; x < first.length; x++) {
      int at = 3 * (first[x] + tap);
      int a = weight[x * taps + tap];
      int to = 3 * x;
      row[to] += (line[at] & 0xff) * a;
      row[to + 1] += (line[at + 1] & 0xff) * a;
      row[to + 2] += (line[at + 2] & 0xff) * a;
    }
  }

  /** The vertical pass for one row, from the line {@code first} with the weights at {@code w}. */
  private void addRows(int first, int w) {
    int taps = rows.taps();
    int[] weight = rows.weight();
    int tap = 0;
    for (; taps - tap >= 2; tap += 2) {
      addTwoRows(
          sums,
          ring[(first + tap) % taps],
          weight[w + tap],
          ring[(first + tap + 1) % taps],
          weight[w + tap + 1]);
    }
    if (tap < taps) {
      addRow(sums, ring[(first + tap) % taps], weight[w + tap]);
    }
  }

  private static void addTwoRows(int[] sums, int[] a, int weightA, int[] b, int weightB) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += a[i] * weightA + b[i] * weightB;
    }
  }

  private static void addRow(int[] sums, int[] a, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += a[i] * weight;
    }
  }

  private static void toLevels(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = level(sums[i]);
    }
  }

  /** Rounded weights may sum to a little more than one. */
  private static int level(int sum) {
    return Math.min(sum >> PRECISION, 255);
  }

  /**
   * The weights along one axis: output {@code i} is the sum over {@code t < taps} of input {@code
   * first[i] + t} times {@code weight[i · taps + t]}.
   */
  private record Weights(int from, int to, int taps, int[] first, int[] weight) {

    static Weights of(int from, int to) {
      double scale = (double) from / to;
      double width = Math.max(scale, 1.0);
      double inverseWidth = 1.0 / width;
      int[] first = new int[to];
      int[] end = new int[to];
      int taps = 0;
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        first[i] = Math.max((int) (center - width + 0.5), 0);
        end[i] = Math.min((int) (center + width + 0.5), from);
        taps = Math.max(taps, end[i] - first[i]);
      }
      int[] weight = new int[Math.multiplyExact(to, taps)];
      double[] triangle = new double[taps];
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        double sum = 0;
        int count = end[i] - first[i];
        for (int t = 0; t < count; t++) {
          double distance = Math.abs((t + first[i] - center + 0.5) * inverseWidth);
          triangle[t] = distance < 1.0 ? 1.0 - distance : 0.0;
          sum += triangle[t];
        }
        // Near the far edge the padding goes in front, so that no tap lies outside.
        int padding = first[i] - Math.min(first[i], from - taps);
        first[i] -= padding;
        for (int t = 0; t < count; t++) {
          double normalised = sum == 0 ? triangle[t] : triangle[t] / sum;
          weight[i * taps + padding + t] = (int) (0.5 + normalised * (1 << PRECISION));
        }
      }
      return new Weights(from, to, taps, first, weight);
    }

    boolean fits(int otherFrom, int otherTo) {
      return from == otherFrom && to == otherTo;
    }
  }
}
