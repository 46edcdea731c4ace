package io.dmyt.face;

/**
 * A point of a picture, in pixels from the upper left corner.
 *
 * @param x to the right
 * @param y downwards
 */
public record Point(double x, double y) {}
