package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplersTest {
  private static final int REAL = 1;

  private static List<LabelledSample> images(int fakes, int reals) {
    List<LabelledSample> all = new ArrayList<>();
    for (int i = 0; i < fakes; i++) {
      String name = i % 2 == 0 ? "%02d.png" : "%02d_77.png";
      all.add(
          new LabelledSample(
              Sample.of(Path.of("fake", String.format(java.util.Locale.ROOT, name, i))), 0));
    }
    for (int i = 0; i < reals; i++) {
      Path file = Path.of("real", String.format(java.util.Locale.ROOT, "%02d.png", i));
      all.add(new LabelledSample(Sample.of(file), REAL));
    }
    return all;
  }

  private static List<LabelledSample> order(Sampler sampler, List<LabelledSample> all, int seed) {
    return sampler.order(all, 6, new Random(seed));
  }

  @Test
  void theSameGeneratorGivesTheSameOrder() {
    List<LabelledSample> all = images(20, 7);
    for (Sampler sampler :
        List.of(Samplers.SHUFFLE, Samplers.BALANCED, Samplers.perClass(3), Samplers.paired(REAL))) {
      assertEquals(order(sampler, all, 1), order(sampler, all, 1));
      assertNotEquals(order(sampler, all, 1), order(sampler, all, 2));
    }
  }

  @Test
  void balancedHasEveryImageAndEveryClassAlike() {
    List<LabelledSample> all = images(20, 7);
    List<LabelledSample> order = order(Samplers.BALANCED, all, 1);
    assertEquals(40, order.size());
    assertEquals(new HashSet<>(all), new HashSet<>(order));
    for (int i = 0; i < order.size(); i += 2) {
      assertEquals(1, order.get(i).label() + order.get(i + 1).label(), "one of each");
    }
  }

  @Test
  void perClassFillsBatches() {
    List<LabelledSample> order = order(Samplers.perClass(3), images(20, 7), 1);
    assertEquals(27 / 6 * 6, order.size());
    for (int from = 0; from < order.size(); from += 6) {
      List<LabelledSample> batch = order.subList(from, from + 6);
      assertEquals(3, batch.stream().filter(i -> i.label() == REAL).count());
      assertEquals(6, new HashSet<>(batch).size(), "no image twice where there are enough");
    }
    assertThrows(ImageDataException.class, () -> order(Samplers.perClass(4), images(9, 9), 1));
    assertThrows(ImageDataException.class, () -> order(Samplers.perClass(2), images(9, 9), 1));
    assertThrows(IllegalArgumentException.class, () -> Samplers.perClass(0));
  }

  @Test
  void pairedPutsEachFakeBesideItsReal() {
    List<LabelledSample> order = order(Samplers.paired(REAL), images(10, 8), 1);
    assertEquals(20, order.size());
    for (int i = 0; i < order.size(); i += 2) {
      assertEquals(0, order.get(i).label());
      assertEquals(REAL, order.get(i + 1).label());
      String fake = Path.of(order.get(i).sample().id().source()).getFileName().toString();
      String real = Path.of(order.get(i + 1).sample().id().source()).getFileName().toString();
      boolean has = Integer.parseInt(fake.substring(0, 2)) < 8;
      assertTrue(!has || real.startsWith(fake.substring(0, 2)), fake + " beside " + real);
    }
  }
}
