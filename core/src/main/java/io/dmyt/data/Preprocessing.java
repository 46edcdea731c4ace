package io.dmyt.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an image becomes a network's input: a face cut out of it, if it says so, then brought to the
 * size of a square, scaled to [0, 1], normalised by channel, {@code (v / 255 − mean) / std}, red
 * first.
 *
 * @param size side of the square in pixels, at least 1
 * @param mean of red, green and blue, in units of [0, 1]
 * @param std of red, green and blue, positive, in units of [0, 1]
 * @param faces how faces are cut out of whole pictures; null for a network that is given pictures
 *     as they are
 * @param resizing how they are brought to the size; null for straight to the square, by bilinear
 *     interpolation
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Preprocessing(
    int size,
    List<Double> mean,
    List<Double> std,
    @Nullable FaceCrop faces,
    @Nullable Resizing resizing) {
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  /** A larger square overflows the index of one image's values. */
  private static final int MAX_SIZE = 16384;

  /**
   * @throws IllegalArgumentException if the size is out of range, or mean or std are not three
   *     finite numbers, or a std is not positive
   */
  public Preprocessing {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "Image size must be between 1 and " + MAX_SIZE + ", was " + size);
    }
    mean = checked("mean", mean);
    std = checked("std", std);
    if (std.stream().anyMatch(s -> s <= 0)) {
      throw new IllegalArgumentException("Every std must be positive, was " + std);
    }
  }

  /** Of pictures as they are. */
  public Preprocessing(int size, List<Double> mean, List<Double> std) {
    this(size, mean, std, null, null);
  }

  /**
   * The constants of ImageNet, which the reference has for all networks.
   *
   * @param size side of the square in pixels
   */
  public static Preprocessing imageNet(int size) {
    return new Preprocessing(size, IMAGENET_MEAN, IMAGENET_STD);
  }

  /** The same normalisation for another size. */
  public Preprocessing withSize(int newSize) {
    return new Preprocessing(newSize, mean, std, faces, resizing);
  }

  /** The same of faces that are cut out first, or of pictures as they are. */
  public Preprocessing withFaces(@Nullable FaceCrop value) {
    return new Preprocessing(size, mean, std, value, resizing);
  }

  /** The same with images brought to the size in another way. */
  public Preprocessing withResizing(@Nullable Resizing value) {
    return new Preprocessing(size, mean, std, faces, value);
  }

  /** What an image of that size is resized to. */
  Resizing.Plan plan(int width, int height) {
    return resizingOrStraight().plan(width, height, size);
  }

  /** How images are resized. */
  Interpolation interpolation() {
    return resizingOrStraight().interpolation();
  }

  private Resizing resizingOrStraight() {
    return resizing == null ? Resizing.STRAIGHT : resizing;
  }

  /** The normalised value of each level of each channel, [3][256], computed in float as PyTorch. */
  float[][] table() {
    float[][] table = new float[3][256];
    for (int c = 0; c < 3; c++) {
      float m = mean.get(c).floatValue();
      float s = std.get(c).floatValue();
      for (int level = 0; level < 256; level++) {
        table[c][level] = (level / 255f - m) / s;
      }
    }
    return table;
  }

  private static List<Double> checked(String name, List<Double> values) {
    if (values.size() != 3 || !values.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "Expected three finite numbers for " + name + " (red, green, blue), found " + values);
    }
    return List.copyOf(values);
  }
}
