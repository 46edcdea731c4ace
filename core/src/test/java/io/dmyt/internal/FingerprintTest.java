package io.dmyt.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {

  /** Lengths below, at and above the 65,536 floats that are summed at once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 65_535, 65_536, 65_537, 200_003})
  void anyChangedFloatChangesIt(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat();
    }
    try (FloatPointer memory = new FloatPointer(values)) {
      long before = Fingerprint.of(memory.address(), length);
      assertEquals(before, Fingerprint.of(memory.address(), length));
      Set<Long> seen = new HashSet<>(Set.of(before));
      for (int trial = 0; trial < 200; trial++) {
        int place = trial == 0 ? 0 : trial == 1 ? length - 1 : random.nextInt(length);
        float was = memory.get(place);
        memory.put(place, Math.nextUp(was) + trial);
        assertTrue(seen.add(Fingerprint.of(memory.address(), length)), "place " + place);
        memory.put(place, was);
      }
      assertEquals(before, Fingerprint.of(memory.address(), length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 131_072, 150_000})
  void theOrderOfValuesCounts(int length) {
    try (FloatPointer memory = new FloatPointer(length)) {
      for (int i = 0; i < length; i++) {
        memory.put(i, i < length / 2 ? 1 : 2);
      }
      long before = Fingerprint.of(memory.address(), length);
      for (int i = 0; i < length; i++) {
        memory.put(i, i < length - length / 2 ? 2 : 1);
      }
      assertNotEquals(before, Fingerprint.of(memory.address(), length));
    }
  }
}
