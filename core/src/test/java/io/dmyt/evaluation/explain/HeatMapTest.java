package io.dmyt.evaluation.explain;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeatMapTest {
  /** Centres of two places lie at 1/4 and 3/4: of eight columns those in between are mixed. */
  @Test
  void scaled_isBilinearBetweenCentres() {
    HeatMap map = new HeatMap(1, 2, new float[] {0, 4});
    assertArrayEquals(
        new float[] {0, 0, 0.125f, 0.375f, 0.625f, 0.875f, 1, 1}, map.scaled(1, 8), 1e-6f);
    assertArrayEquals(new float[] {0, 1, 0, 1}, map.scaled(2, 2), 1e-6f);
  }

  @Test
  void noEvidence_noHeat() {
    assertArrayEquals(new float[4], new HeatMap(1, 1, new float[1]).scaled(2, 2));
  }

  /** Grey under no heat is darker and still grey enough to see; under full heat it glows. */
  @Test
  void over_keepsTheImageWhereNothingCounts() {
    byte[] grey = new byte[3 * 4 * 2];
    Arrays.fill(grey, (byte) 100);
    RgbImage picture = new HeatMap(1, 2, new float[] {0, 1}).over(new RgbImage(4, 2, grey));
    assertEquals(4, picture.width());
    assertEquals(2, picture.height());
    // 100 · (1 − 0.195) + 0.195 · (0, 0, 4)
    assertArrayEquals(new byte[] {81, 81, 81}, Arrays.copyOf(picture.pixels(), 3));
    // 100 · 0.35 + 0.65 · (252, 255, 164)
    assertEquals(199, picture.pixels()[9] & 0xff);
    assertEquals(201, picture.pixels()[10] & 0xff);
    assertEquals(142, picture.pixels()[11] & 0xff);
    assertEquals(100, grey[0]);
  }

  @Test
  void over_limitsTheSize() {
    RgbImage large = new RgbImage(2048, 512, new byte[3 * 2048 * 512]);
    RgbImage picture = new HeatMap(2, 2, new float[4]).over(large);
    assertEquals(HeatMap.MAX_SIDE, picture.width());
    assertEquals(256, picture.height());
  }

  @Test
  void faultyMaps_areRefused() {
    assertFault("3 values", () -> new HeatMap(2, 2, new float[3]));
    assertFault("NaN", () -> new HeatMap(1, 1, new float[] {Float.NaN}));
    assertFault("-1", () -> new HeatMap(1, 1, new float[] {-1}));
    assertTrue(new HeatMap(1, 2, new float[] {1, 3}).max() == 3);
  }
}
