package io.dmyt.face;

import java.util.List;

/**
 * A face in a picture.
 *
 * @param box around forehead, ears and chin
 * @param landmarks five: the eye that lies left in the picture of an upright face, the other eye,
 *     the tip of the nose, the left and the right corner of the mouth
 * @param score how sure the detector is, 0 to 1
 */
public record Face(Box box, List<Point> landmarks, double score) {
  /** How many landmarks a face has. */
  public static final int LANDMARKS = 5;

  /**
   * @throws IllegalArgumentException if there are not five landmarks
   */
  public Face {
    landmarks = List.copyOf(landmarks);
    if (landmarks.size() != LANDMARKS) {
      throw new IllegalArgumentException("expected 5 landmarks, found " + landmarks.size());
    }
  }

  Face scaled(double factor) {
    return new Face(
        box.scaled(factor),
        landmarks.stream().map(p -> new Point(p.x() * factor, p.y() * factor)).toList(),
        score);
  }
}
