package io.dmyt.data;

import java.awt.image.BufferedImage;
import org.nd4j.linalg.api.ndarray.INDArray;

class ImageDecoderTest {

  /** What the JDK decoded, as RGB. */
  static RgbImage toRgb(BufferedImage image) {
    byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        pixels[at++] = (byte) (rgb >> 16);
        pixels[at++] = (byte) (rgb >> 8);
        pixels[at++] = (byte) rgb;
      }
    }
    return new RgbImage(image.getWidth(), image.getHeight(), pixels);
  }

  /** Network input of shape [1, 3, size, size] back to levels. */
  static RgbImage denormalised(INDArray input, Preprocessing preprocessing) {
    int size = preprocessing.size();
    float[] values = input.dup('c').data().asFloat();
    byte[] pixels = new byte[3 * size * size];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < size * size; i++) {
        double unit =
            values[c * size * size + i] * preprocessing.std().get(c) + preprocessing.mean().get(c);
        pixels[3 * i + c] = (byte) Math.round(255 * unit);
      }
    }
    return new RgbImage(size, size, pixels);
  }
}
