package io.dmyt.evaluation.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassSampleTest {
  /** 100 samples of class 0, 3 of class 1, 100 of class 2. */
  private static final int[] LABELS =
      IntStream.range(0, 203).map(i -> i < 100 ? 0 : i < 103 ? 1 : 2).toArray();

  @Test
  void smallClasses_areTakenWhole_largeOnesUpToTheBound() {
    int[] drawn = ClassSample.indices(LABELS, 10, 1);
    assertEquals(23, drawn.length);
    assertEquals(10, Arrays.stream(drawn).filter(i -> LABELS[i] == 0).count());
    assertEquals(3, Arrays.stream(drawn).filter(i -> LABELS[i] == 1).count());
    assertEquals(10, Arrays.stream(drawn).filter(i -> LABELS[i] == 2).count());
    assertArrayEquals(Arrays.stream(drawn).distinct().sorted().toArray(), drawn);
  }

  @Test
  void theSeedDecides() {
    int[] drawn = ClassSample.indices(LABELS, 10, 1);
    assertArrayEquals(drawn, ClassSample.indices(LABELS, 10, 1));
    assertFalse(Arrays.equals(drawn, ClassSample.indices(LABELS, 10, 2)));
  }

  @Test
  void everySampleHasItsChance() {
    long everDrawn =
        IntStream.range(0, 100)
            .flatMap(seed -> Arrays.stream(ClassSample.indices(LABELS, 10, seed)))
            .distinct()
            .count();
    assertEquals(LABELS.length, everDrawn);
  }

  @Test
  void noneOfAClass_isNoSample() {
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> ClassSample.indices(LABELS, 0, 1));
    assertTrue(fault.getMessage().contains("asked for 0"), fault::getMessage);
  }
}
