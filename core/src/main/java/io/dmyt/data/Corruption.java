package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * What happens to images on their way through the world, at five severities: JPEG, blur, noise,
 * resizing and brightness with the parameters of ImageNet-C (Hendrycks and Dietterich,
 * <i>Benchmarking Neural Network Robustness to Common Corruptions and Perturbations</i>, ICLR
 * 2019).
 *
 * <p>It is done to the decoded image in its own size. The same image comes out the same, whatever
 * it is called and in whatever order: the noise's generator begins with the seed and the pixels.
 *
 * @param kind what is done
 * @param severity 1, the mildest, to 5
 * @param seed of the noise; the others draw nothing
 */
public record Corruption(Kind kind, int severity, long seed) implements ImageEdit {
  /** The worst there is. */
  public static final int MAX_SEVERITY = 5;

  /** The side of the images that blur's standard deviations are given for. */
  private static final double BLUR_SIDE = 224;

  /** How many standard deviations of a Gaussian are taken on either side. */
  private static final int BLUR_REACH = 4;

  /** The corruptions there are, and their parameter at each severity. */
  public enum Kind {
    /** Compressed as JPEG, with chroma at half the resolution: quality 25, 18, 15, 10, 7. */
    JPEG(25, 18, 15, 10, 7),
    /**
     * Blurred by a Gaussian: standard deviation 1, 2, 3, 4, 6 pixels of an image with a shorter
     * side of 224, in proportion in others.
     */
    BLUR(1, 2, 3, 4, 6),
    /** Gaussian noise on every value: standard deviation 0.08, 0.12, 0.18, 0.26, 0.38 of white. */
    NOISE(0.08, 0.12, 0.18, 0.26, 0.38),
    /**
     * Shrunk to 0.6, 0.5, 0.4, 0.3, 0.25 of its sides and back, bilinearly with antialiasing
     * (ImageNet-C's pixelation has these factors, and boxes instead).
     */
    RESIZE(0.6, 0.5, 0.4, 0.3, 0.25),
    /** Brighter: 0.1, 0.2, 0.3, 0.4, 0.5 of white added to HSV's value. */
    BRIGHTNESS(0.1, 0.2, 0.3, 0.4, 0.5);

    private final double[] parameters;

    Kind(double... parameters) {
      this.parameters = parameters;
    }

    /** The name that people write. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a corruption by its name, case ignored.
     *
     * @throws IllegalArgumentException if there is none; the message lists them
     */
    public static Kind parse(String name) {
      return Arrays.stream(values())
          .filter(k -> k.name().equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      Text.format(
                          "no corruption named \"%s\": there are %s",
                          name,
                          Arrays.stream(values())
                              .map(Kind::label)
                              .collect(Collectors.joining(", ")))));
    }
  }

  /**
   * @throws IllegalArgumentException if the severity is not 1 to 5
   */
  public Corruption {
    Objects.requireNonNull(kind, "kind");
    if (severity < 1 || severity > MAX_SEVERITY) {
      throw new IllegalArgumentException("A severity is 1 to 5, was " + severity);
    }
  }

  @Override
  public RgbImage apply(RgbImage image) {
    double parameter = kind.parameters[severity - 1];
    return switch (kind) {
      case JPEG -> PixelOps.jpeg(image, (int) parameter);
      case BLUR -> blur(image, parameter * Math.min(image.width(), image.height()) / BLUR_SIDE);
      case NOISE -> noise(image, parameter);
      case RESIZE -> PixelOps.downUp(image, parameter);
      case BRIGHTNESS -> brightness(image, parameter);
    };
  }

  private static RgbImage blur(RgbImage image, double deviation) {
    int side = 2 * Math.max(1, (int) Math.round(BLUR_REACH * deviation)) + 1;
    return PixelOps.blur(image, deviation, side);
  }

  private RgbImage noise(RgbImage image, double deviation) {
    CRC32 content = new CRC32();
    content.update(image.pixels());
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + content.getValue());
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = PixelOps.level((bytes[i] & 0xff) + 255 * deviation * random.nextGaussian());
    }
    return image;
  }

  /**
   * HSV's value is the largest of the three; hue and saturation stay as they are when all three are
   * multiplied alike.
   */
  private static RgbImage brightness(RgbImage image, double added) {
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i += 3) {
      int value = Math.max(bytes[i] & 0xff, Math.max(bytes[i + 1] & 0xff, bytes[i + 2] & 0xff));
      double brighter = Math.min(255, value + 255 * added);
      for (int c = i; c < i + 3; c++) {
        bytes[c] = PixelOps.level(value == 0 ? brighter : (bytes[c] & 0xff) * brighter / value);
      }
    }
    return image;
  }

  /** As text: {@code noise 3, seed 42}. */
  @Override
  public String toString() {
    return kind.label() + " " + severity + ", seed " + seed;
  }
}
