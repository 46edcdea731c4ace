package io.dmyt;

import java.util.Arrays;
import java.util.List;

/** The two classes of a rule that tells only real from fake, whatever the detector's classes. */
final class RealOrFake {
  static final int FAKE = 0;
  static final int REAL = 1;

  private RealOrFake() {}

  /** Their names: the detector's own if it has two. */
  static List<String> classes(DetectorSpec spec) {
    return spec.classes().size() == 2
        ? List.of(spec.classes().get(1 - spec.realIndex()), spec.realClass())
        : List.of(spec.realClass().equals("fake") ? "manipulated" : "fake", spec.realClass());
  }

  /** The detector's class indices as indices of the two. */
  static int[] labels(int[] labels, DetectorSpec spec) {
    return Arrays.stream(labels).map(l -> l == spec.realIndex() ? REAL : FAKE).toArray();
  }
}
