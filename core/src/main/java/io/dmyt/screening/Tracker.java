package io.dmyt.screening;

import io.dmyt.face.Face;
import io.dmyt.face.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Follows faces from frame to frame. Of all pairs of a face that is known and one that is seen, the
 * most alike are joined first. Two are alike by the overlap of their boxes and by how far their
 * landmarks lie apart, in units of the face's size; a face that was last seen longer ago may have
 * gone farther. A cut ends all that was known before.
 */
final class Tracker {
  /** How far landmarks may have gone, in face sizes, from one looked-at frame to the next. */
  private static final double REACH = 0.8;

  /** How much farther for each frame in which the face was not seen. */
  private static final double REACH_PER_MISS = 0.3;

  /** From one frame to the next no face becomes larger than this many times. */
  private static final double GROWTH = 2;

  /** After so many frames without it, a face is gone. */
  private static final int PATIENCE = 5;

  private static final class Known {
    final int number;
    Face face;
    int seen;

    Known(int number, Face face, int seen) {
      this.number = number;
      this.face = face;
      this.seen = seen;
    }
  }

  private record Pair(Known known, int face, double distance) {}

  private final List<Known> known = new ArrayList<>();
  private int frames;
  private int numbers;

  /**
   * Takes the faces of the next frame.
   *
   * @param cut whether a cut lies before it
   * @return each face's number, from 0, as they are given
   */
  int[] next(List<Face> faces, boolean cut) {
    frames++;
    if (cut) {
      known.clear();
    }
    known.removeIf(k -> frames - k.seen > PATIENCE);
    int[] numbered = new int[faces.size()];
    Arrays.fill(numbered, -1);
    List<Pair> pairs = new ArrayList<>();
    for (Known k : known) {
      for (int i = 0; i < faces.size(); i++) {
        double distance = distance(k.face, faces.get(i));
        if (distance <= REACH + REACH_PER_MISS * (frames - k.seen - 1)) {
          pairs.add(new Pair(k, i, distance));
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::distance));
    for (Pair pair : pairs) {
      if (pair.known.seen < frames && numbered[pair.face] < 0) {
        see(pair.known, faces.get(pair.face));
        numbered[pair.face] = pair.known.number;
      }
    }
    for (int i = 0; i < numbered.length; i++) {
      if (numbered[i] < 0) {
        known.add(new Known(numbers, faces.get(i), frames));
        numbered[i] = numbers++;
      }
    }
    return numbered;
  }

  private void see(Known k, Face face) {
    k.face = face;
    k.seen = frames;
  }

  /** 0 for the same place, about 1 for a face beside it; infinite for quite another size. */
  private static double distance(Face a, Face b) {
    double larger = Math.max(a.box().size(), b.box().size());
    double smaller = Math.min(a.box().size(), b.box().size());
    if (larger > GROWTH * smaller) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    for (int i = 0; i < Face.LANDMARKS; i++) {
      Point p = a.landmarks().get(i);
      Point q = b.landmarks().get(i);
      sum += Math.hypot(p.x() - q.x(), p.y() - q.y());
    }
    double apart = sum / Face.LANDMARKS / ((larger + smaller) / 2);
    return apart * (1 - a.box().overlap(b.box()) / 2);
  }
}
