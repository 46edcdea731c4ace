package io.dmyt.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tensors that are needed at the same time never share memory; others may. */
class ArenaPlanTest {

  private static Step step(List<Tensor> uses) {
    return Step.of("test", () -> {}, uses);
  }

  @Test
  void keepsApartWhatIsNeededTogether() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        tensors.add(Tensor.planned(Type.F32, 1 + random.nextInt(5000)));
      }
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        List<Tensor> uses = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
          uses.add(tensors.get(random.nextInt(tensors.size())));
        }
        steps.add(step(uses));
      }
      ArenaPlan plan = new ArenaPlan(steps);
      plan.bind(1 << 20);
      for (Tensor a : tensors) {
        for (Tensor b : tensors) {
          boolean both = a != b && a.storage().used() && b.storage().used();
          if (both
              && a.storage().first() <= b.storage().last()
              && b.storage().first() <= a.storage().last()) {
            assertTrue(
                a.address() + a.bytes() <= b.address() || b.address() + b.bytes() <= a.address());
          }
        }
        assertTrue(!a.storage().used() || a.address() + a.bytes() <= (1 << 20) + plan.bytes());
      }
    }
  }

  @Test
  void reusesMemory() {
    Tensor a = Tensor.planned(Type.F32, 1024);
    Tensor b = Tensor.planned(Type.F32, 1024);
    Tensor c = Tensor.planned(Type.F32, 1024);
    ArenaPlan plan = new ArenaPlan(List.of(step(List.of(a, b)), step(List.of(b, c))));
    assertEquals(2 * a.bytes(), plan.bytes());
  }

  @Test
  void leavesFixedTensorsAlone() {
    Tensor fixed = Tensor.at(4096, Type.F32, 16);
    assertEquals(0, new ArenaPlan(List.of(step(List.of(fixed)))).bytes());
    assertEquals(4096, fixed.address());
  }
}
