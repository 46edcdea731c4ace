package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.internal.Tsv;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageResizerTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "1, 1, 7, 7",
    "1, 9, 5, 5",
    "9, 1, 5, 5",
    "2, 2, 3, 3",
    "5, 4, 5, 9",
    "64, 64, 32, 32",
    "640, 427, 299, 299",
    "299, 300, 299, 299",
    "3, 500, 7, 2",
    "2000, 3, 1, 3",
    "3000, 2, 4, 4",
    "17, 1500, 5, 1"
  })
  void agreesWithTheDefinition(int width, int height, int newWidth, int newHeight) {
    assertAgrees(random(width, height, 1), newWidth, newHeight);
  }

  @Test
  void agreesWithTheDefinition_randomSizes() {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      RgbImage image = random(1 + random.nextInt(60), 1 + random.nextInt(60), i);
      assertAgrees(image, 1 + random.nextInt(60), 1 + random.nextInt(60));
    }
  }

  /** Reference values of PIL 9.4: see the file's first line. */
  @Test
  void bicubicIsPils() {
    for (String[] cells : Tsv.rows(ImageResizerTest.class, "/io/dmyt/data/bicubic.tsv").toList()) {
      int width = Integer.parseInt(cells[0]);
      int height = Integer.parseInt(cells[1]);
      byte[] pixels = new byte[3 * width * height];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) ((i * i * 31 + i * 7) % 251 + (i / 5) % 5);
      }
      RgbImage resized =
          new RgbImage(width, height, pixels)
              .resize(
                  Integer.parseInt(cells[2]), Integer.parseInt(cells[3]), Interpolation.BICUBIC);
      assertEquals(cells[4], HexFormat.of().formatHex(resized.pixels()));
    }
  }

  @Test
  void sameSizeKeepsEveryPixel() {
    RgbImage image = random(37, 23, 2);
    assertArrayEquals(image.pixels(), image.resize(37, 23).pixels());
  }

  @Test
  void oneColourStaysThatColour() {
    for (int level : new int[] {0, 1, 127, 254, 255}) {
      byte[] pixels = new byte[3 * 613 * 11];
      java.util.Arrays.fill(pixels, (byte) level);
      for (byte value : new RgbImage(613, 11, pixels).resize(29, 17).pixels()) {
        assertEquals(level, value & 0xff);
      }
    }
  }

  /** A resizer's buffers and weights are those of the last sizes. */
  @Test
  void oneResizerServesManySizes() {
    ImageResizer shared = new ImageResizer(Interpolation.BILINEAR);
    int[][] sizes = {
      {40, 30, 9, 9}, {9, 8, 9, 9}, {40, 30, 20, 9}, {3, 200, 9, 20}, {40, 30, 9, 9}
    };
    for (int[] s : sizes) {
      RgbImage image = random(s[0], s[1], 3);
      byte[] result = new byte[3 * s[2] * s[3]];
      shared.resize(
          ByteBuffer.wrap(image.pixels()),
          s[0],
          s[1],
          s[2],
          s[3],
          (y, row) -> {
            for (int i = 0; i < 3 * s[2]; i++) {
              result[3 * s[2] * y + i] = (byte) row[i];
            }
          });
      assertArrayEquals(image.resize(s[2], s[3]).pixels(), result);
    }
  }

  @Test
  void sidesMustBePositive() {
    RgbImage image = random(2, 2, 4);
    assertThrows(IllegalArgumentException.class, () -> image.resize(0, 3));
    assertThrows(IllegalArgumentException.class, () -> image.resize(3, -1));
    assertThrows(IllegalArgumentException.class, () -> new RgbImage(2, 2, new byte[11]));
  }

  /** Each axis alone is the rounded weighted mean; both are the one after the other. */
  private static void assertAgrees(RgbImage image, int newWidth, int newHeight) {
    RgbImage wide = image.resize(newWidth, image.height());
    RgbImage both = wide.resize(newWidth, newHeight);
    assertRounded(mean(image, image.height(), image.width(), 3, newWidth), wide, image.width());
    assertRounded(mean(wide, 1, image.height(), 3 * newWidth, newHeight), both, image.height());
    assertArrayEquals(both.pixels(), image.resize(newWidth, newHeight).pixels());
  }

  /** Each of the weights, at most two for each input pixel, is off by 2^-23 at most. */
  private static void assertRounded(double[] exact, RgbImage actual, int inputs) {
    double tolerance = 0.5 + 1e-9 + 255 * 2 * inputs / (double) (1 << 23);
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], actual.pixels()[i] & 0xff, tolerance, "value " + i);
    }
  }

  /** Resizes the middle axis of [outer, from, inner], in double. */
  private static double[] mean(RgbImage image, int outer, int from, int inner, int to) {
    double scale = (double) from / to;
    double radius = Math.max(scale, 1);
    double[] result = new double[outer * to * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale - 0.5;
        for (int n = 0; n < inner; n++) {
          double sum = 0;
          double weights = 0;
          int first = Math.max((int) Math.floor(center - radius), 0);
          for (int f = first; f < from && f <= center + radius; f++) {
            double weight = Math.max(0, 1 - Math.abs(f - center) / radius);
            sum += weight * (image.pixels()[(o * from + f) * inner + n] & 0xff);
            weights += weight;
          }
          result[(o * to + i) * inner + n] = sum / weights;
        }
      }
    }
    return result;
  }

  static RgbImage random(int width, int height, long seed) {
    byte[] pixels = new byte[3 * width * height];
    new Random(seed).nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }
}
