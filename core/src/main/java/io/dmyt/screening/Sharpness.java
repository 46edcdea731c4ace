package io.dmyt.screening;

import io.dmyt.data.RgbImage;

/** How much detail a picture has. */
final class Sharpness {
  private static final int SIDE = 128;

  private Sharpness() {}

  /** The variance of the Laplacian at 128 × 128 pixels, in grey levels (Pech-Pacheco 2000). */
  static double of(RgbImage picture) {
    RgbImage small = picture.resize(SIDE, SIDE);
    double[] grey = new double[SIDE * SIDE];
    byte[] p = small.pixels();
    for (int i = 0; i < grey.length; i++) {
      grey[i] =
          0.299 * (p[3 * i] & 0xff) + 0.587 * (p[3 * i + 1] & 0xff) + 0.114 * (p[3 * i + 2] & 0xff);
    }
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (int y = 1; y < SIDE - 1; y++) {
      for (int x = 1; x < SIDE - 1; x++) {
        int at = y * SIDE + x;
        double value =
            grey[at - 1] + grey[at + 1] + grey[at - SIDE] + grey[at + SIDE] - 4 * grey[at];
        sum += value;
        squares += value * value;
        count++;
      }
    }
    return squares / count - sum / count * (sum / count);
  }
}
