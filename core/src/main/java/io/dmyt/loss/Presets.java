package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the reference puts the dummies of the fake classes that it knows by name, whatever their
 * order; any other fake classes share the second half equally, in their own order.
 */
final class Presets {
  /** The manipulations of FaceForensics++, in the order of their slices. */
  private static final List<List<String>> EQUAL =
      List.of(
          List.of("deepfake", "faceswap", "neuraltexture", "face2face"),
          List.of("deepfake", "faceswap", "faceshifter", "neuraltexture", "face2face"));

  /** Swaps of the face against reenactments: three methods to two, in eighths of ten. */
  private static final List<String> SWAP_REENACTMENT = List.of("faceswap", "reenactment");

  private Presets() {}

  /** One slice per class, in the classes' order; the real class has the first half. */
  static List<Slice> slices(List<String> classes, int realIndex, int size) {
    List<String> keys = classes.stream().map(ClassNames::key).toList();
    List<String> fakes = new ArrayList<>(keys);
    fakes.remove(realIndex);
    List<String> order = order(fakes);
    List<Slice> slices = new ArrayList<>();
    int nextFake = 0;
    for (int k = 0; k < classes.size(); k++) {
      if (k == realIndex) {
        slices.add(slice(classes.get(k), 0, size / 2, size));
        continue;
      }
      int place = order == null ? nextFake : order.indexOf(keys.get(k));
      nextFake++;
      slices.add(
          slice(
              classes.get(k),
              bound(order, place, fakes.size(), size),
              bound(order, place + 1, fakes.size(), size),
              size));
    }
    return slices;
  }

  /** The known order of these fake classes, or null. */
  private static @Nullable List<String> order(List<String> fakes) {
    HashSet<String> names = new HashSet<>(fakes);
    if (names.size() < fakes.size()) {
      return null;
    }
    if (names.equals(new HashSet<>(SWAP_REENACTMENT))) {
      return SWAP_REENACTMENT;
    }
    return EQUAL.stream().filter(o -> names.equals(new HashSet<>(o))).findFirst().orElse(null);
  }

  private static int bound(@Nullable List<String> order, int place, int fakes, int size) {
    if (SWAP_REENACTMENT.equals(order) && place == 1) {
      return Math.toIntExact(8L * size / 10);
    }
    return Math.toIntExact((long) (fakes + place) * size / (2L * fakes));
  }

  private static Slice slice(String name, int from, int to, int size) {
    if (to <= from) {
      throw new IllegalArgumentException(
          Text.format(
              "an embedding of size %d has no room for the dummy of class '%s'", size, name));
    }
    return new Slice(from, to);
  }
}
