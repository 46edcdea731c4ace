package io.dmyt.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FrameSelectionTest {
  private static long[] every(long millis, int frames) {
    return LongStream.range(0, frames).map(i -> i * millis * 1_000_000).toArray();
  }

  @Test
  void evenlyIsNumPysLinspace() {
    // numpy.linspace(0, 299, 8, dtype=int)
    assertArrayEquals(
        new int[] {0, 42, 85, 128, 170, 213, 256, 299},
        FrameSelection.evenly(8).choose(every(40, 300)));
  }

  @Test
  void evenlyTakesNoFrameTwice() {
    for (int frames = 1; frames < 40; frames++) {
      for (int n = 1; n < 40; n++) {
        int[] chosen = FrameSelection.evenly(frames).choose(every(40, n));
        assertEquals(Math.min(frames, n), chosen.length, frames + " of " + n);
        assertEquals(chosen.length, Arrays.stream(chosen).distinct().count());
      }
    }
  }

  @Test
  void oneFrameIsTheMiddle() {
    assertArrayEquals(new int[] {150}, FrameSelection.evenly(1).choose(every(40, 300)));
  }

  @Test
  void perSecondTakesWhatIsShownAtEachTime() {
    // Shown from 0, 100, 1000, 2400 and 2600 ms; asked at 0, 500, 1000, 1500, 2000 and 2500 ms.
    long[] times = {0, 100_000_000L, 1_000_000_000L, 2_400_000_000L, 2_600_000_000L};
    assertArrayEquals(new int[] {0, 1, 2, 3}, FrameSelection.perSecond(2).choose(times));
  }

  @Test
  void everyThird() {
    assertArrayEquals(new int[] {0, 3, 6}, FrameSelection.every(3).choose(every(40, 8)));
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> FrameSelection.evenly(0));
    assertThrows(IllegalArgumentException.class, () -> FrameSelection.every(-1));
    assertThrows(IllegalArgumentException.class, () -> FrameSelection.perSecond(0));
    assertThrows(IllegalArgumentException.class, () -> FrameSelection.perSecond(Double.NaN));
  }
}
