package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class ResizingTest {
  /** As torchvision's Resize of the shorter side and CenterCrop have it. */
  @Test
  void theShorterSideIsResizedAndTheMiddleTaken() {
    Resizing resizing = new Resizing(Interpolation.BICUBIC, 0.9, false);
    assertEquals(new Resizing.Plan(330, 248, 53, 12), resizing.plan(640, 480, 224));
    assertEquals(new Resizing.Plan(248, 331, 12, 54), resizing.plan(300, 401, 224));
    assertEquals(new Resizing.Plan(248, 248, 12, 12), resizing.plan(50, 50, 224));
  }

  @Test
  void squashedImagesLoseTheirProportions() {
    Resizing resizing = new Resizing(Interpolation.BILINEAR, 0.5, true);
    assertEquals(new Resizing.Plan(20, 20, 5, 5), resizing.plan(640, 480, 10));
  }

  @Test
  void cropsOutOfRangeAreRefused() {
    for (double crop : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new Resizing(Interpolation.BILINEAR, crop, true));
    }
  }

  @Test
  void theDecoderTakesThatPart() {
    RgbImage image = ImageResizerTest.random(30, 20, 8);
    Preprocessing preprocessing =
        Preprocessing.imageNet(8).withResizing(new Resizing(Interpolation.BICUBIC, 0.8, false));
    RgbImage resized = image.resize(15, 10, Interpolation.BICUBIC);
    float[][] levels = preprocessing.table();
    try (ImageDecoder decoder = new ImageDecoder(preprocessing)) {
      INDArray input = decoder.decode(image, "image");
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          for (int c = 0; c < 3; c++) {
            int level = resized.pixels()[3 * (15 * (y + 1) + x + 4) + c] & 0xff;
            assertEquals(levels[c][level], input.getFloat(0, c, y, x));
          }
        }
      }
    }
  }
}
