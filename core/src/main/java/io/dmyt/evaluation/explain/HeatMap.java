package io.dmyt.evaluation.explain;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Text;
import java.util.Arrays;

/**
 * How much each place of an image counts.
 *
 * @param height rows of places
 * @param width columns of places
 * @param values [height, width], 0 and above; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Large, and compared by nobody.
public record HeatMap(int height, int width, float[] values) {
  /** The longer side of a picture: a larger image is shrunk to it. */
  public static final int MAX_SIDE = 1024;

  /** How much of the image the hottest places hide. */
  private static final double OPACITY = 0.65;

  /**
   * Inferno, by Nathaniel Smith and Stéfan van der Walt (CC0): even steps to the eye, also in grey.
   */
  private static final int[] INFERNO = {
    0x000004, 0x1b0c42, 0x4b0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9a06, 0xf7d03c,
    0xfcffa4
  };

  /**
   * @throws IllegalArgumentException if there are not height · width values, all 0 or above
   */
  public HeatMap {
    if (height < 1 || width < 1 || values.length != height * width) {
      throw new IllegalArgumentException(
          Text.format("%d values for a heat map of %d × %d", values.length, height, width));
    }
    for (float value : values) {
      if (!(value >= 0 && Float.isFinite(value))) {
        throw new IllegalArgumentException(
            "the values of a heat map must not be negative, found " + value);
      }
    }
  }

  /** The value of the hottest place; 0 if nothing counts. */
  public float max() {
    float max = 0;
    for (float value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  /**
   * The map at another size, between 0 and 1: bilinear between the places' centres, the hottest
   * place 1; zeros if nothing counts.
   *
   * @return [rows, columns]
   */
  public float[] scaled(int rows, int columns) {
    float[] scaled = new float[rows * columns];
    float max = max();
    if (max == 0) {
      return scaled;
    }
    for (int y = 0; y < rows; y++) {
      double fy = clamp((y + 0.5) * height / rows - 0.5, height - 1);
      int y0 = (int) fy;
      int y1 = Math.min(y0 + 1, height - 1);
      for (int x = 0; x < columns; x++) {
        double fx = clamp((x + 0.5) * width / columns - 0.5, width - 1);
        int x0 = (int) fx;
        int x1 = Math.min(x0 + 1, width - 1);
        double top = mix(values[y0 * width + x0], values[y0 * width + x1], fx - x0);
        double bottom = mix(values[y1 * width + x0], values[y1 * width + x1], fx - x0);
        scaled[y * columns + x] = (float) (mix(top, bottom, fy - y0) / max);
      }
    }
    return scaled;
  }

  /**
   * The image with the map over it: what counts glows, what does not stays as it is, a little
   * darker. The hottest place glows however little it counts: pictures of two images can't be
   * compared by their heat.
   *
   * @param image of any size
   * @return in the image's proportions, its longer side {@link #MAX_SIDE} at most
   */
  public RgbImage over(RgbImage image) {
    double factor = Math.min(1, (double) MAX_SIDE / Math.max(image.width(), image.height()));
    RgbImage small =
        factor == 1
            ? image
            : image.resize(
                Math.max(1, (int) Math.round(factor * image.width())),
                Math.max(1, (int) Math.round(factor * image.height())));
    float[] heat = scaled(small.height(), small.width());
    byte[] pixels = Arrays.copyOf(small.pixels(), small.pixels().length);
    for (int i = 0; i < heat.length; i++) {
      int colour = colour(heat[i]);
      double opacity = OPACITY * (0.3 + 0.7 * Math.sqrt(heat[i]));
      for (int c = 0; c < 3; c++) {
        int over = colour >> (16 - 8 * c) & 0xff;
        pixels[3 * i + c] = (byte) Math.round(mix(pixels[3 * i + c] & 0xff, over, opacity));
      }
    }
    return new RgbImage(small.width(), small.height(), pixels);
  }

  /** The colour of a value between 0 and 1. */
  private static int colour(double value) {
    double at = value * (INFERNO.length - 1);
    int below = Math.min((int) at, INFERNO.length - 2);
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double from = INFERNO[below] >> shift & 0xff;
      double to = INFERNO[below + 1] >> shift & 0xff;
      colour |= (int) Math.round(mix(from, to, at - below)) << shift;
    }
    return colour;
  }

  private static double mix(double a, double b, double part) {
    return a + part * (b - a);
  }

  private static double clamp(double value, double max) {
    return Math.min(Math.max(value, 0), max);
  }
}
