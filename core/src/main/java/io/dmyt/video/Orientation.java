package io.dmyt.video;

import io.dmyt.data.RgbImage;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;

/**
 * How a frame is turned and mirrored before it is shown: a display matrix, brought to the nearest
 * quarter turn.
 *
 * @param swaps whether rows become columns
 * @param mirrorX whether the shown picture's columns run the other way
 * @param mirrorY whether the shown picture's rows run the other way
 */
record Orientation(boolean swaps, boolean mirrorX, boolean mirrorY) {
  /** As it is stored. */
  static final Orientation UPRIGHT = new Orientation(false, false, false);

  private static final int BYTES = 9 * Integer.BYTES;

  /**
   * A display matrix, nine numbers, which takes a stored point (x, y) to (a x + c y, b x + d y).
   *
   * @param data null for none
   */
  static Orientation of(@Nullable BytePointer data, long size) {
    if (data == null || size < BYTES) {
      return UPRIGHT;
    }
    IntPointer matrix = new IntPointer(data);
    long a = matrix.get(0);
    long b = matrix.get(1);
    long c = matrix.get(3);
    long d = matrix.get(4);
    boolean swaps = Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d);
    return swaps ? new Orientation(true, c < 0, b < 0) : new Orientation(false, a < 0, d < 0);
  }

  RgbImage apply(RgbImage stored) {
    if (equals(UPRIGHT)) {
      return stored;
    }
    int width = swaps ? stored.height() : stored.width();
    int height = swaps ? stored.width() : stored.height();
    byte[] from = stored.pixels();
    byte[] to = new byte[from.length];
    for (int y = 0, at = 0; y < height; y++) {
      int v = mirrorY ? height - 1 - y : y;
      for (int x = 0; x < width; x++, at += 3) {
        int u = mirrorX ? width - 1 - x : x;
        int source = 3 * (swaps ? u * stored.width() + v : v * stored.width() + u);
        to[at] = from[source];
        to[at + 1] = from[source + 1];
        to[at + 2] = from[source + 2];
      }
    }
    return new RgbImage(width, height, to);
  }
}
