package io.dmyt.face;

/**
 * A rectangle of a picture, in pixels. It may lie partly outside.
 *
 * @param x left edge
 * @param y upper edge
 * @param width not negative
 * @param height not negative
 */
public record Box(double x, double y, double width, double height) {

  /** The area that two boxes share, divided by the area that they cover together: 0 to 1. */
  public double overlap(Box other) {
    double across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
    double down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
    if (across <= 0 || down <= 0) {
      return 0;
    }
    double shared = across * down;
    return shared / (width * height + other.width * other.height - shared);
  }

  /** The longer side, in pixels. */
  public double size() {
    return Math.max(width, height);
  }

  /** The middle. */
  public Point centre() {
    return new Point(x + width / 2, y + height / 2);
  }

  Box scaled(double factor) {
    return new Box(x * factor, y * factor, width * factor, height * factor);
  }
}
