package io.dmyt.data;

import java.nio.file.Path;

/**
 * An image and what is known of it.
 *
 * @param path where it is
 * @param label index of its class, or {@link #UNLABELLED}
 */
public record ImageFile(Path path, int label) {
  /** The label of an image whose class is unknown. */
  public static final int UNLABELLED = -1;

  /**
   * @throws IllegalArgumentException if the label is below {@link #UNLABELLED}
   */
  public ImageFile {
    if (label < UNLABELLED) {
      throw new IllegalArgumentException("A label is a class's index or -1, was " + label);
    }
  }
}
