package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  @Test
  void imageNet_mapsLevelsByTheSpecifiedConstants() {
    float[][] table = Preprocessing.imageNet(299).table();
    assertEquals((1.0 - 0.485) / 0.229, table[0][255], 1e-6);
    assertEquals((51 / 255.0 - 0.456) / 0.224, table[1][51], 1e-6);
    assertEquals((0.0 - 0.406) / 0.225, table[2][0], 1e-6);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 16385})
  void sizeOutOfRangeIsRefused(int size) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Preprocessing.imageNet(size));
    assertTrue(e.getMessage().contains("was " + size), e.getMessage());
  }

  @Test
  void meanAndStdMustBeThreeFiniteNumbers() {
    assertRefused(List.of(0.5, 0.5), HALF, "for mean");
    assertRefused(List.of(0.5, 0.5, Double.NaN), HALF, "for mean");
    assertRefused(HALF, List.of(0.5, 0.5, 0.5, 0.5), "for std");
    assertRefused(HALF, List.of(0.5, Double.POSITIVE_INFINITY, 0.5), "for std");
    assertRefused(HALF, List.of(0.5, 0.0, 0.5), "positive");
  }

  @Test
  void survivesJson() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Preprocessing before = Preprocessing.imageNet(64);
    assertEquals(before, json.readValue(json.writeValueAsString(before), Preprocessing.class));
  }

  private static void assertRefused(List<Double> mean, List<Double> std, String part) {
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> new Preprocessing(8, mean, std));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
