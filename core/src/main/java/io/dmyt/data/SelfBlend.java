package io.dmyt.data;

import java.util.random.RandomGenerator;

/**
 * Self-blended images: fakes made on the fly of real training faces, by blending a face into a
 * slightly changed copy of itself (Shiohara and Yamasaki, <i>Detecting Deepfakes with Self-Blended
 * Images</i>, CVPR 2022).
 *
 * <p>Of the two copies one, by chance, has other colours and is less sharp or sharper; the inner
 * one is also moved and scaled a little. The mask is {@link FaceMask the face}, deformed and
 * blurred; it counts with a quarter, a half, three quarters, or, as often as those together, in
 * full.
 *
 * @param probability that a real face becomes a fake, in [0, 1]
 * @param real the real class
 * @param fake the class of what is made
 */
public record SelfBlend(double probability, int real, int fake) implements Augmentation {
  private static final double[] RATIOS = {0.25, 0.5, 0.75, 1, 1, 1};

  /**
   * @throws IllegalArgumentException if the probability is out of range, or the classes are the
   *     same
   */
  public SelfBlend {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("a probability is in [0, 1], not " + probability);
    }
    if (real == fake) {
      throw new IllegalArgumentException("a blended image must be of another class than real");
    }
  }

  @Override
  public Augmented apply(LabelledSample sample, RgbImage image, RandomGenerator random) {
    if (sample.label() != real || random.nextDouble() >= probability) {
      return new Augmented(image, sample.label());
    }
    FaceMask face = FaceMask.of(sample.sample(), image.width(), image.height());
    return new Augmented(blend(image, face, random), fake);
  }

  static RgbImage blend(RgbImage image, FaceMask face, RandomGenerator random) {
    RgbImage copy = new RgbImage(image.width(), image.height(), image.pixels().clone());
    RgbImage changed = coloured(sharpened(copy, random), random);
    boolean inside = random.nextBoolean();
    RgbImage inner = moved(inside ? changed : image, random);
    RgbImage outer = inside ? image : changed;
    float[] mask = face.deformed(random);
    double ratio = RATIOS[random.nextInt(RATIOS.length)];
    byte[] blended = new byte[image.pixels().length];
    for (int i = 0; i < blended.length; i++) {
      double share = ratio * mask[i / 3];
      blended[i] =
          PixelOps.level(
              share * (inner.pixels()[i] & 0xff) + (1 - share) * (outer.pixels()[i] & 0xff));
    }
    return new RgbImage(image.width(), image.height(), blended);
  }

  /** Each channel by up to 20 levels, then brightness and contrast by up to a tenth. */
  private static RgbImage coloured(RgbImage image, RandomGenerator random) {
    double contrast = 0.9 + 0.2 * random.nextDouble();
    double[] shift = new double[3];
    for (int c = 0; c < 3; c++) {
      shift[c] = 40 * random.nextDouble() - 20;
    }
    double brightness = 51 * random.nextDouble() - 25.5;
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i++) {
      double value = (bytes[i] & 0xff) + shift[i % 3];
      bytes[i] = PixelOps.level((value - 127.5) * contrast + 127.5 + brightness);
    }
    return image;
  }

  /** Half of them shrunk to a half or a quarter and back, the others sharpened. */
  private static RgbImage sharpened(RgbImage image, RandomGenerator random) {
    if (random.nextBoolean()) {
      return PixelOps.downUp(image, random.nextBoolean() ? 0.5 : 0.25);
    }
    double strength = 0.2 + 0.3 * random.nextDouble();
    RgbImage blurred = PixelOps.blur(image, 1, 5);
    byte[] bytes = image.pixels();
    for (int i = 0; i < bytes.length; i++) {
      double value = bytes[i] & 0xff;
      bytes[i] = PixelOps.level(value + strength * (value - (blurred.pixels()[i] & 0xff)));
    }
    return image;
  }

  /** By up to 3 % across and 1.5 % down, and larger by up to 5 %. */
  private static RgbImage moved(RgbImage image, RandomGenerator random) {
    double scale = 1 - 0.05 * random.nextDouble();
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    double across = 0.5 + 0.03 * image.width() * (2 * random.nextDouble() - 1);
    double down = 0.5 + 0.015 * image.height() * (2 * random.nextDouble() - 1);
    int left = (int) Math.floor((image.width() - width) / 2.0 + across);
    int top = (int) Math.floor((image.height() - height) / 2.0 + down);
    return PixelOps.crop(
        image,
        Math.max(0, Math.min(image.width() - width, left)),
        Math.max(0, Math.min(image.height() - height, top)),
        width,
        height);
  }
}
