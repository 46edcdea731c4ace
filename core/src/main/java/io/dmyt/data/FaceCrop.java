package io.dmyt.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.dmyt.internal.Text;
import java.util.Locale;
import java.util.Objects;

/**
 * How a face is cut out of a picture before it is resized and normalised: part of what a detector
 * was trained on.
 *
 * @param method by landmarks, or by the box
 * @param scale how much is taken: 1 is the face alone, 1.3 adds 15 % of it on each side
 * @param size side of the crop in pixels; of a box, which keeps its own size, 0
 */
public record FaceCrop(Method method, double scale, int size) {
  /** How faces are cut out. */
  public enum Method {
    /** Turned, scaled and shifted so that eyes, nose and mouth come to lie where they always do. */
    ALIGNED,
    /** A square around the box, upright as the picture is. */
    BOX;

    @JsonValue
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static Method of(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  private static final double USUAL_SCALE = 1.3;
  private static final int USUAL_SIZE = 256;
  private static final double MAX_SCALE = 4;
  private static final int MAX_SIZE = 4096;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public FaceCrop {
    Objects.requireNonNull(method, "method");
    if (!(scale >= 1 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          "the scale of a face's crop must be between 1 and 4, was " + scale);
    }
    if (method == Method.ALIGNED ? size < 1 || size > MAX_SIZE : size != 0) {
      throw new IllegalArgumentException(
          method == Method.ALIGNED
              ? "the size of an aligned crop must be between 1 and 4096, was " + size
              : "a crop by the box has no size of its own, was given " + size);
    }
  }

  /** As DeepfakeBench aligns faces: scale 1.3, 256 pixels. */
  public static FaceCrop aligned() {
    return new FaceCrop(Method.ALIGNED, USUAL_SCALE, USUAL_SIZE);
  }

  /** As FaceForensics++ crops them: the box, enlarged. */
  public static FaceCrop box(double scale) {
    return new FaceCrop(Method.BOX, scale, 0);
  }

  /** For people: {@code aligned, scale 1.3, 256 pixels}. */
  @Override
  public String toString() {
    return method == Method.ALIGNED
        ? Text.format("aligned, scale %s, %d pixels", scale, size)
        : Text.format("box, scale %s", scale);
  }
}
