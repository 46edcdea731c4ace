package io.dmyt.engine.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a program's storages lie in one block of memory: two that are needed at the same time lie
 * apart. The largest is placed first, each as low as it fits.
 */
final class ArenaPlan {
  private static final long ALIGNMENT = 256;

  private record Placed(Storage storage, long offset) {
    long end() {
      return offset + aligned(storage.bytes());
    }
  }

  private final List<Placed> placed = new ArrayList<>();
  private long bytes;

  /**
   * @param steps in the order in which they run
   */
  ArenaPlan(List<Step> steps) {
    Set<Storage> all = new LinkedHashSet<>();
    for (int i = 0; i < steps.size(); i++) {
      for (Tensor tensor : steps.get(i).uses()) {
        if (!tensor.storage().isFixed()) {
          tensor.storage().use(i);
          all.add(tensor.storage());
        }
      }
    }
    all.stream().sorted(Comparator.comparingLong(Storage::bytes).reversed()).forEach(this::place);
  }

  private void place(Storage storage) {
    List<Placed> others =
        placed.stream()
            .filter(p -> overlap(p.storage(), storage))
            .sorted(Comparator.comparingLong(Placed::offset))
            .toList();
    long offset = 0;
    for (Placed other : others) {
      if (offset + aligned(storage.bytes()) <= other.offset()) {
        break;
      }
      offset = Math.max(offset, other.end());
    }
    Placed here = new Placed(storage, offset);
    placed.add(here);
    bytes = Math.max(bytes, here.end());
  }

  private static boolean overlap(Storage a, Storage b) {
    return a.first() <= b.last() && b.first() <= a.last();
  }

  private static long aligned(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** How large the block has to be. */
  long bytes() {
    return bytes;
  }

  /** Says where the block begins. */
  void bind(long base) {
    placed.forEach(p -> p.storage().at(base + p.offset()));
  }
}
