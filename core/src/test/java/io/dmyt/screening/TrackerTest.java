package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.dmyt.face.Box;
import io.dmyt.face.Face;
import io.dmyt.face.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrackerTest {
  private static Face face(double x, double y, double size) {
    return new Face(
        new Box(x, y, size, size),
        List.of(
            new Point(x + 0.3 * size, y + 0.3 * size),
            new Point(x + 0.7 * size, y + 0.3 * size),
            new Point(x + 0.5 * size, y + 0.5 * size),
            new Point(x + 0.35 * size, y + 0.75 * size),
            new Point(x + 0.65 * size, y + 0.75 * size)),
        0.9);
  }

  private static void assertNumbers(int[] numbers, int... expected) {
    assertArrayEquals(expected, numbers);
  }

  @Test
  void facesThatMoveKeepTheirNumbers() {
    Tracker tracker = new Tracker();
    for (int i = 0; i < 30; i++) {
      Face left = face(100 + 20 * i, 100, 90);
      Face right = face(900 - 20 * i, 300, 120);
      // The order in which they are found is the detector's.
      if (i % 2 == 0) {
        assertNumbers(tracker.next(List.of(left, right), false), 0, 1);
      } else {
        assertNumbers(tracker.next(List.of(right, left), false), 1, 0);
      }
    }
  }

  @Test
  void theNearestPairIsJoinedFirst() {
    Tracker tracker = new Tracker();
    tracker.next(List.of(face(100, 100, 100), face(180, 100, 100)), false);
    assertNumbers(tracker.next(List.of(face(140, 100, 100), face(185, 100, 100)), false), 0, 1);
  }

  @Test
  void aFaceComesBackAfterAWhile() {
    Tracker tracker = new Tracker();
    assertNumbers(tracker.next(List.of(face(100, 100, 100)), false), 0);
    for (int i = 0; i < 4; i++) {
      assertNumbers(tracker.next(List.of(), false));
    }
    assertNumbers(tracker.next(List.of(face(150, 100, 100)), false), 0);
    for (int i = 0; i < 6; i++) {
      tracker.next(List.of(), false);
    }
    assertNumbers(tracker.next(List.of(face(150, 100, 100)), false), 1);
  }

  @Test
  void anotherSizeOrPlaceIsAnotherFace() {
    Tracker tracker = new Tracker();
    tracker.next(List.of(face(100, 100, 100)), false);
    assertNumbers(tracker.next(List.of(face(80, 80, 210)), false), 1);
    assertNumbers(tracker.next(List.of(face(400, 80, 210)), false), 2);
  }

  @Test
  void aCutEndsWhatWasKnown() {
    Tracker tracker = new Tracker();
    assertNumbers(tracker.next(List.of(face(100, 100, 100)), false), 0);
    assertNumbers(tracker.next(List.of(face(100, 100, 100)), true), 1);
    assertNumbers(tracker.next(List.of(face(100, 100, 100)), false), 1);
  }
}
