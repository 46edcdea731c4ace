package io.dmyt.face;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One face of each place. */
final class Overlaps {
  private Overlaps() {}

  /** The surest of faces that overlap by more than a share, the surest first. */
  static List<Face> surest(List<Face> faces, double share) {
    List<Face> kept = new ArrayList<>();
    faces.stream()
        .sorted(Comparator.comparingDouble(Face::score).reversed())
        .filter(f -> kept.stream().noneMatch(k -> k.box().overlap(f.box()) > share))
        .forEachOrdered(kept::add);
    return kept;
  }
}
