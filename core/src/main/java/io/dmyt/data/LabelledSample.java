package io.dmyt.data;

import java.util.Objects;

/**
 * A sample and its class.
 *
 * @param label index of its class, or {@link #UNLABELLED}
 */
public record LabelledSample(Sample sample, int label) {
  /** The label of a sample whose class is unknown. */
  public static final int UNLABELLED = -1;

  /**
   * @throws IllegalArgumentException if the label is below {@link #UNLABELLED}
   */
  public LabelledSample {
    Objects.requireNonNull(sample, "sample");
    if (label < UNLABELLED) {
      throw new IllegalArgumentException("A label is a class's index or -1, was " + label);
    }
  }
}
