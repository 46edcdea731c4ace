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
 * exact. The number of weights is the same for each output pixel, padded with zeros: loops of
 * constant length cost less than the zeros do. The horizontal pass writes {@code int}s, one plane
 * per channel, into a ring that holds only the rows under the vertical triangle; the vertical pass
 * over them then is a loop that the JIT turns into vector instructions.
 *
 * <p>Keeps its buffers; not thread-safe.
 */
final class BilinearResizer {
  private static final int PRECISION = 22;
  private static final int HALF = 1 << (PRECISION - 1);

  private Weights columns = Weights.of(1, 1);
  private Weights rows = Weights.of(1, 1);
  private byte[] line = {};
  private int[] ring = {};
  private int[] sums = {};

  /** Takes one row of the result. */
  interface RowSink {
    /**
     * @param y the row's index
     * @param values [3, width]: all red, then all green, then all blue values in [0, 255]; valid
     *     during the call
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
    int ringLength = Math.multiplyExact(taps, rowLength);
    ring = ring.length >= ringLength ? ring : new int[ringLength];
    sums = sums.length == rowLength ? sums : new int[rowLength];

    int filled = 0;
    for (int y = 0; y < newHeight; y++) {
      int first = rows.first()[y];
      for (; filled < first + taps; filled++) {
        pixels.get(filled * lineLength, line, 0, lineLength);
        horizontal(newWidth, filled % taps * rowLength);
      }
      Arrays.fill(sums, HALF);
      for (int t = 0; t < taps; t++) {
        int weight = rows.weight()[y * taps + t];
        if (weight != 0) {
          addRow(sums, ring, (first + t) % taps * rowLength, weight);
        }
      }
      toLevels(sums);
      sink.row(y, sums);
    }
  }

  private void horizontal(int newWidth, int offset) {
    int taps = columns.taps();
    int[] first = columns.first();
    int[] weight = columns.weight();
    byte[] source = line;
    int[] target = ring;
    for (int x = 0; x < newWidth; x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int at = 3 * first[x];
      int end = (x + 1) * taps;
      for (int w = end - taps; w < end; w++, at += 3) {
        int k = weight[w];
        red += (source[at] & 0xff) * k;
        green += (source[at + 1] & 0xff) * k;
        blue += (source[at + 2] & 0xff) * k;
      }
      target[offset + x] = level(red);
      target[offset + newWidth + x] = level(green);
      target[offset + 2 * newWidth + x] = level(blue);
    }
  }

  private static void addRow(int[] sums, int[] source, int offset, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += source[offset + i] * weight;
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
