package io.dmyt.data;

/**
 * What to do about files that can't be decoded.
 *
 * @param limit how many are skipped in one epoch before it is an error; 0 makes the first one an
 *     error
 */
public record BadImages(int limit) {

  /**
   * @throws IllegalArgumentException if the limit is negative
   */
  public BadImages {
    if (limit < 0) {
      throw new IllegalArgumentException("The limit of bad images can't be negative: " + limit);
    }
  }

  /** The first bad image ends the epoch with an exception that names it. */
  public static BadImages fail() {
    return new BadImages(0);
  }

  /**
   * Bad images are named in the log, counted and left out; the next image takes the place.
   *
   * @param limit how many of them are too many
   */
  public static BadImages skip(int limit) {
    return new BadImages(limit);
  }
}
