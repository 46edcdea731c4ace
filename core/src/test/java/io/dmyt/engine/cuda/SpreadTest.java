package io.dmyt.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.engine.UnsupportedShapeException;
import org.junit.jupiter.api.Test;

class SpreadTest {

  private static long[] dims(long... dims) {
    return dims;
  }

  @Test
  void findsHowImagesAreSpread() {
    long[] whole = dims(2, 3, 5, 4);
    assertEquals(Spread.FULL, Spread.of(whole, whole));
    assertEquals(Spread.EXAMPLE, Spread.of(dims(2, 3, 1, 1), whole));
    assertEquals(Spread.CHANNEL, Spread.of(dims(1, 3, 1, 1), whole));
    assertEquals(Spread.POSITION, Spread.of(dims(1, 3, 5, 4), whole));
  }

  @Test
  void findsHowSequencesAreSpread() {
    long[] whole = dims(2, 7, 6);
    assertEquals(Spread.EXAMPLE, Spread.of(dims(2, 1, 6), whole));
    assertEquals(Spread.POSITION, Spread.of(dims(1, 7, 6), whole));
    assertEquals(Spread.CHANNEL, Spread.of(dims(1, 1, 6), whole));
  }

  @Test
  void refusesWhatNoKernelSpreads() {
    assertThrows(
        UnsupportedShapeException.class, () -> Spread.of(dims(2, 1, 5, 4), dims(2, 3, 5, 4)));
    assertThrows(
        UnsupportedShapeException.class, () -> Spread.of(dims(2, 3, 1, 4), dims(2, 3, 5, 4)));
  }
}
