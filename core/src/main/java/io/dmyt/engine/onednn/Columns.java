package io.dmyt.engine.onednn;

import io.dmyt.engine.onednn.Primitives.Geometry;
import io.dmyt.internal.Address;
import io.dmyt.internal.Stripes;
import java.nio.ShortBuffer;

/**
 * Lays out what a convolution reads for each pixel of its result as the row of a matrix ("im2col";
 * Chellapilla, Puri and Simard, IWFHR 2006): channel by channel the kernel's taps, 0 where they lie
 * in the padding.
 */
final class Columns {
  private Columns() {}

  /**
   * Emits it.
   *
   * @param x the convolution's images in bfloat16, channels last
   * @param format of the matrix, row-major in bfloat16: (pixels of the result, channels × taps)
   */
  static Tensor of(ConvolutionShapes shapes, Tensor x, Format format, Emitter emit) {
    Tensor columns = emit.tensor(format);
    long[] from = x.format().dims();
    emit.run(
        "columns",
        () -> gather(from, shapes.to(), shapes.geometry(), x.address(), columns.address()),
        x,
        columns);
    return columns;
  }

  /**
   * @param from the images' dimensions (images, channels, height, width)
   * @param to the result's
   */
  static void gather(long[] from, long[] to, Geometry geometry, long source, long target) {
    int channels = Math.toIntExact(from[1]);
    int width = Math.toIntExact(to[3]);
    int lines = Math.toIntExact(to[0] * to[2]);
    int length = channels * taps(geometry);
    ShortBuffer images = Address.shorts(source, from[0] * channels * from[2] * from[3]);
    ShortBuffer matrix = Address.shorts(target, (long) lines * width * length);
    int threads = Stripes.threads();
    Stripes.each(
        threads,
        threads,
        stripe -> {
          short[] pixel = new short[channels];
          short[] row = new short[length];
          for (int line = (int) stripe; line < lines; line += threads) {
            for (int column = 0; column < width; column++) {
              int image = line / Math.toIntExact(to[2]);
              int top = line % Math.toIntExact(to[2]);
              fill(images, from, geometry, new int[] {image, top, column}, pixel, row);
              matrix.put((line * width + column) * length, row);
            }
          }
        });
  }

  private static int taps(Geometry geometry) {
    return Math.toIntExact(geometry.kernel()[0] * geometry.kernel()[1]);
  }

  /**
   * @param at image, row and column of the result
   * @param pixel for the channels of one
   */
  private static void fill(
      ShortBuffer images, long[] from, Geometry geometry, int[] at, short[] pixel, short[] row) {
    int taps = taps(geometry);
    for (int tap = 0; tap < taps; tap++) {
      long y = along(geometry, 0, at[1], tap / geometry.kernel()[1]);
      long x = along(geometry, 1, at[2], tap % geometry.kernel()[1]);
      if (y >= 0 && y < from[2] && x >= 0 && x < from[3]) {
        long first = ((at[0] * from[2] + y) * from[3] + x) * pixel.length;
        images.get(Math.toIntExact(first), pixel);
        for (int channel = 0; channel < pixel.length; channel++) {
          row[channel * taps + tap] = pixel[channel];
        }
      } else {
        for (int channel = 0; channel < pixel.length; channel++) {
          row[channel * taps + tap] = 0;
        }
      }
    }
  }

  /** Where a tap reads. */
  private static long along(Geometry geometry, int axis, long to, long tap) {
    return to * geometry.strides()[axis]
        - geometry.before()[axis]
        + tap * (geometry.gaps()[axis] + 1);
  }
}
