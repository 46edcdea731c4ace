package io.dmyt.screening;

import io.dmyt.data.RgbImage;
import org.jspecify.annotations.Nullable;

/**
 * Tells frames of another shot: where less than a part of the colours is the same as in the frame
 * before. Colours are counted in 4 × 4 × 4 bins over a grid of the picture, and what two frames
 * share is the sum over the bins of the smaller count (Swain and Ballard 1991,
 * doi:10.1007/BF00130487).
 */
final class Cuts {
  private static final double SHARED = 0.5;
  private static final int BINS = 64;
  private static final int GRID = 64;

  private double @Nullable [] before;
  private int count;

  /** Whether a cut lies between this frame and the one before. */
  boolean isCut(RgbImage frame) {
    double[] now = histogram(frame);
    double[] last = before;
    before = now;
    if (last == null) {
      return false;
    }
    double shared = 0;
    for (int i = 0; i < BINS; i++) {
      shared += Math.min(now[i], last[i]);
    }
    if (shared >= SHARED) {
      return false;
    }
    count++;
    return true;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  private static double[] histogram(RgbImage frame) {
    double[] shares = new double[BINS];
    byte[] pixels = frame.pixels();
    for (int i = 0; i < GRID; i++) {
      int y = (2 * i + 1) * frame.height() / (2 * GRID);
      for (int k = 0; k < GRID; k++) {
        int at = 3 * (y * frame.width() + (2 * k + 1) * frame.width() / (2 * GRID));
        int bin =
            (pixels[at] & 0xc0) >> 2 | (pixels[at + 1] & 0xc0) >> 4 | (pixels[at + 2] & 0xc0) >> 6;
        shares[bin] += 1.0 / (GRID * GRID);
      }
    }
    return shares;
  }
}
