package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The augmentations that there are, each done with a certain probability to the decoded picture in
 * its own size: none of them makes a fake real.
 */
public final class Augmentations {
  /** One kind of change; {@link #by} says how it is drawn. */
  public enum Kind {
    /** Left and right exchanged. */
    FLIP((image, random) -> PixelOps.flip(image)),
    /** Turned by up to 10 degrees either way. */
    ROTATE((image, random) -> PixelOps.rotate(image, between(random, -10, 10))),
    /** A part of at least 0.9 of each side, as a face detector is off. */
    CROP(Augmentations::crop),
    /** Brightness and contrast changed by up to a tenth. */
    BRIGHTNESS(Augmentations::brightness),
    /** Hue turned by up to 10 degrees, saturation changed by up to a tenth. */
    HUE(Augmentations::hue),
    /** Blurred with a kernel of 3, 5 or 7 pixels. */
    BLUR(Augmentations::blur),
    /** Gaussian noise with a deviation of up to 10 levels of 255. */
    NOISE(Augmentations::noise),
    /** Shrunk to between a quarter and all of its sides, and back. */
    SCALE((image, random) -> PixelOps.downUp(image, between(random, 0.25, 1))),
    /** Compressed as JPEG with a quality of 40 to 100. */
    JPEG((image, random) -> PixelOps.jpeg(image, random.nextInt(40, 101))),
    /** A grey rectangle of up to a fifth of the picture (Zhong et al., AAAI 2020). */
    ERASE(Augmentations::erase);

    private final BiFunction<RgbImage, RandomGenerator, RgbImage> change;

    Kind(BiFunction<RgbImage, RandomGenerator, RgbImage> change) {
      this.change = change;
    }

    /** The name that people write. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * This change.
     *
     * @param probability in [0, 1]
     */
    public Augmentation by(double probability) {
      return sometimes(probability, change);
    }
  }

  private Augmentations() {}

  private static Augmentation sometimes(
      double probability, BiFunction<RgbImage, RandomGenerator, RgbImage> change) {
    return (sample, image, random) ->
        new Augmentation.Augmented(
            random.nextDouble() < probability ? change.apply(image, random) : image,
            sample.label());
  }

  /**
   * Flip, rotation, blur, brightness and contrast, and JPEG, each to every other picture: what
   * detectors of deepfakes are commonly trained with.
   */
  public static Augmentation deepfake() {
    return all(
        Kind.FLIP.by(0.5),
        Kind.ROTATE.by(0.5),
        Kind.BLUR.by(0.5),
        Kind.BRIGHTNESS.by(0.5),
        Kind.JPEG.by(0.5));
  }

  /** What social networks do to footage: shrinking, noise, blur and strong compression. */
  public static Augmentation degrade() {
    return all(
        Kind.FLIP.by(0.5),
        Kind.CROP.by(0.5),
        Kind.SCALE.by(0.7),
        Kind.BLUR.by(0.3),
        Kind.NOISE.by(0.3),
        sometimes(0.9, (image, random) -> PixelOps.jpeg(image, random.nextInt(15, 76))));
  }

  private static Augmentation all(Augmentation... changes) {
    return Arrays.stream(changes).reduce(Augmentation::then).orElseThrow();
  }

  /**
   * By name: {@code none}, {@code deepfake}, {@code degrade}, or kinds with commas, each done to
   * every other picture.
   *
   * @throws IllegalArgumentException if there is no such name; the message lists them
   */
  public static Optional<Augmentation> parse(String names) {
    return switch (names.toLowerCase(Locale.ROOT)) {
      case "none" -> Optional.empty();
      case "deepfake" -> Optional.of(deepfake());
      case "degrade" -> Optional.of(degrade());
      default -> {
        List<Augmentation> all = new ArrayList<>();
        for (String name : names.split(",", -1)) {
          all.add(kind(name.strip()).by(0.5));
        }
        yield all.stream().reduce(Augmentation::then);
      }
    };
  }

  private static Kind kind(String name) {
    return Arrays.stream(Kind.values())
        .filter(k -> k.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.format(
                        "no augmentation named \"%s\": there are none, deepfake, degrade, and %s",
                        name,
                        Arrays.stream(Kind.values())
                            .map(Kind::label)
                            .collect(Collectors.joining(", ")))));
  }

  private static double between(RandomGenerator random, double least, double most) {
    return least + (most - least) * random.nextDouble();
  }

  private static RgbImage crop(RgbImage image, RandomGenerator random) {
    int width = Math.max(1, (int) (image.width() * between(random, 0.9, 1)));
    int height = Math.max(1, (int) (image.height() * between(random, 0.9, 1)));
    int left = random.nextInt(image.width() - width + 1);
    int top = random.nextInt(image.height() - height + 1);
    return PixelOps.crop(image, left, top, width, height);
  }

  private static RgbImage brightness(RgbImage image, RandomGenerator random) {
    double brightness = 255 * between(random, -0.1, 0.1);
    double contrast = between(random, 0.9, 1.1);
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = PixelOps.level(((bytes[i] & 0xff) - 127.5) * contrast + 127.5 + brightness);
    }
    return image;
  }

  /** In YIQ, where hue is an angle around the grey axis. */
  private static RgbImage hue(RgbImage image, RandomGenerator random) {
    double angle = Math.toRadians(between(random, -10, 10));
    double saturation = between(random, 0.9, 1.1);
    double cos = saturation * Math.cos(angle);
    double sin = saturation * Math.sin(angle);
    byte[] bytes = image.pixels();
    for (int k = 0; k < bytes.length; k += 3) {
      double r = bytes[k] & 0xff;
      double g = bytes[k + 1] & 0xff;
      double b = bytes[k + 2] & 0xff;
      double y = 0.299 * r + 0.587 * g + 0.114 * b;
      double i = 0.596 * r - 0.274 * g - 0.322 * b;
      double q = 0.211 * r - 0.523 * g + 0.312 * b;
      double turnedI = cos * i - sin * q;
      double turnedQ = sin * i + cos * q;
      bytes[k] = PixelOps.level(y + 0.956 * turnedI + 0.621 * turnedQ);
      bytes[k + 1] = PixelOps.level(y - 0.272 * turnedI - 0.647 * turnedQ);
      bytes[k + 2] = PixelOps.level(y - 1.106 * turnedI + 1.703 * turnedQ);
    }
    return image;
  }

  /** The deviation that OpenCV takes for a kernel. */
  private static RgbImage blur(RgbImage image, RandomGenerator random) {
    int side = 3 + 2 * random.nextInt(3);
    return PixelOps.blur(image, 0.3 * ((side - 1) * 0.5 - 1) + 0.8, side);
  }

  private static RgbImage noise(RgbImage image, RandomGenerator random) {
    double deviation = between(random, 0, 10);
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = PixelOps.level((bytes[i] & 0xff) + deviation * random.nextGaussian());
    }
    return image;
  }

  private static RgbImage erase(RgbImage image, RandomGenerator random) {
    double area = between(random, 0.02, 0.2);
    double aspect = Math.exp(between(random, -Math.log(3), Math.log(3)));
    int width =
        Math.max(1, Math.min(image.width(), (int) (image.width() * Math.sqrt(area * aspect))));
    int height =
        Math.max(1, Math.min(image.height(), (int) (image.height() * Math.sqrt(area / aspect))));
    int left = random.nextInt(image.width() - width + 1);
    int top = random.nextInt(image.height() - height + 1);
    for (int y = top; y < top + height; y++) {
      int from = 3 * (y * image.width() + left);
      Arrays.fill(image.pixels(), from, from + 3 * width, (byte) 127);
    }
    return image;
  }
}
