package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.data.Corruption.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CorruptionTest {
  private static RgbImage photo() {
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(32))) {
      return decoder.rgb(Golden.path("images/source/photo.jpg"));
    }
  }

  private static RgbImage plain(int width, int height, int level) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) level);
    return new RgbImage(width, height, pixels);
  }

  private static double meanSquare(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int i = 0; i < a.pixels().length; i++) {
      double difference = (a.pixels()[i] & 0xff) - (b.pixels()[i] & 0xff);
      sum += difference * difference;
    }
    return sum / a.pixels().length;
  }

  /** Every severity is worse than the one before, and the same image comes out the same. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void growsWithSeverity_andIsAFunctionOfTheImage(Kind kind) {
    RgbImage photo = photo();
    double before = 0;
    for (int severity = 1; severity <= Corruption.MAX_SEVERITY; severity++) {
      Corruption corruption = new Corruption(kind, severity, 7);
      RgbImage corrupted = corruption.apply(photo());
      assertEquals(photo.width(), corrupted.width());
      assertEquals(photo.height(), corrupted.height());
      double worse = meanSquare(photo, corrupted);
      assertTrue(worse > before, kind + " " + severity + ": " + worse + " after " + before);
      assertArrayEquals(corrupted.pixels(), corruption.apply(photo()).pixels());
      before = worse;
    }
  }

  /** A plain grey stays what it is, up to what JPEG's rounding does to it. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"JPEG", "BLUR", "RESIZE"})
  void plainImages_haveNothingToLose(Kind kind) {
    RgbImage corrupted = new Corruption(kind, 5, 0).apply(plain(40, 30, 128));
    assertTrue(meanSquare(plain(40, 30, 128), corrupted) <= 1);
  }

  /** 0.12 of 255 is 30.6; of 90,000 values the deviation is known to 0.3 %. */
  @Test
  void noise_hasItsDeviation_andItsSeed() {
    RgbImage grey = plain(300, 100, 128);
    RgbImage noisy = new Corruption(Kind.NOISE, 2, 1).apply(plain(300, 100, 128));
    assertEquals(30.6, Math.sqrt(meanSquare(grey, noisy)), 0.5);
    RgbImage other = new Corruption(Kind.NOISE, 2, 2).apply(plain(300, 100, 128));
    assertFalse(Arrays.equals(noisy.pixels(), other.pixels()));
  }

  /**
   * An image of 224, white on its right half, blurred with a deviation of 4: a pixel d from the
   * edge is 255 · Φ(d / 4).
   */
  @Test
  void blur_isAGaussians() {
    RgbImage halves = plain(224, 224, 0);
    for (int i = 0; i < halves.pixels().length; i++) {
      halves.pixels()[i] = (byte) (i / 3 % 224 >= 112 ? 255 : 0);
    }
    byte[] blurred = new Corruption(Kind.BLUR, 4, 0).apply(halves).pixels();
    int row = 3 * 224 * 100;
    // Φ(0.125), Φ(0.625), Φ(1.125), Φ(2.125): half a pixel, then 2.5, 4.5 and 8.5 from the edge.
    assertEquals(255 * 0.5497, blurred[row + 3 * 112] & 0xff, 1.5);
    assertEquals(255 * 0.7340, blurred[row + 3 * 114] & 0xff, 1.5);
    assertEquals(255 * 0.8697, blurred[row + 3 * 116] & 0xff, 1.5);
    assertEquals(255 * 0.9832, blurred[row + 3 * 120] & 0xff, 1.5);
  }

  /**
   * 0.2 of 255 is 51. (100, 50, 0) has the value 100, which becomes 151: all times 1.51. Black has
   * no hue and becomes grey; (250, 125, 0) is cut off at 255, all times 1.02.
   */
  @Test
  void brightness_raisesTheValue_andKeepsTheHue() {
    RgbImage image = new RgbImage(3, 1, new byte[] {100, 50, 0, 0, 0, 0, (byte) 250, 125, 0});
    byte[] brighter = new Corruption(Kind.BRIGHTNESS, 2, 0).apply(image).pixels();
    assertArrayEquals(
        new byte[] {(byte) 151, 76, 0, 51, 51, 51, (byte) 255, (byte) 128, 0}, brighter);
  }

  @Test
  void corruptedImages_reachTheNetwork() {
    LoaderOptions options = LoaderOptions.evaluation(Preprocessing.imageNet(16)).withBatch(1);
    List<LabelledSample> files =
        List.of(new LabelledSample(Sample.of(Golden.path("images/source/photo.jpg")), 0));
    Corruption corruption = new Corruption(Kind.BRIGHTNESS, 5, 0);
    try (ImageFolderIterator batches =
            new ImageFolderIterator(
                files,
                List.of("a", "b"),
                options,
                LoadingSteps.PLAIN.withEdit(Optional.of(corruption)));
        ImageFolderIterator plain = new ImageFolderIterator(files, List.of("a", "b"), options)) {
      double brighter = batches.next().getFeatures().meanNumber().doubleValue();
      double before = plain.next().getFeatures().meanNumber().doubleValue();
      assertTrue(brighter > before + 0.5, brighter + " after " + before);
    }
  }

  @Test
  void faults_areNamed() {
    assertThrows(IllegalArgumentException.class, () -> new Corruption(Kind.BLUR, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Corruption(Kind.BLUR, 6, 0));
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> Kind.parse("rain"));
    assertEquals(
        "no corruption named \"rain\": there are jpeg, blur, noise, resize, brightness",
        fault.getMessage());
  }
}
