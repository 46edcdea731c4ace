package io.dmyt.data;

import io.dmyt.internal.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** A sheet of training images: each as it is, and beside it as augmentation may make it. */
public final class AugmentationSheet {
  private static final int TILE = 128;
  private static final int COPIES = 7;

  private AugmentationSheet() {}

  /**
   * Writes a sheet as PNG, a row per image: in the first column the image itself.
   *
   * @param images a few
   * @param seed of the changes
   * @throws BadImageException if one is no image
   */
  public static void write(
      Path file, List<LabelledSample> images, Augmentation augmentation, long seed)
      throws IOException {
    BufferedImage sheet =
        new BufferedImage(TILE * (COPIES + 1), TILE * images.size(), BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < images.size(); row++) {
      LabelledSample image = images.get(row);
      for (int column = 0; column <= COPIES; column++) {
        RgbImage picture = picture(image);
        if (column > 0) {
          SplittableRandom random = new SplittableRandom(EpochOrder.draw(seed, column, row));
          picture = augmentation.apply(image, picture, random).image();
        }
        BufferedImage tile = picture.resize(TILE, TILE).toBufferedImage();
        sheet.createGraphics().drawImage(tile, column * TILE, row * TILE, null);
      }
    }
    Pictures.writePng(sheet, file);
  }

  private static RgbImage picture(LabelledSample image) {
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(TILE))) {
      return decoder.rgb(image.sample());
    }
  }
}
