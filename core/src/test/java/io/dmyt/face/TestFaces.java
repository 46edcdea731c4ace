package io.dmyt.face;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Pictures with faces whose places are known. */
public final class TestFaces {
  /** YuNet's file. */
  public static final Path MODEL = Path.of("src/test/resources/faces/yunet.onnx");

  private TestFaces() {}

  /** A photograph of 512 × 512 pixels with one face, of about 100 pixels around (224, 118). */
  public static RgbImage astronaut() {
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(224))) {
      return decoder.rgb(Path.of("src/test/resources/faces/astronaut.jpg"));
    }
  }

  /** A grey picture. */
  public static RgbImage grey(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) 120);
    return new RgbImage(width, height, pixels);
  }

  /** Puts a picture onto another one, as far as it lies in it. */
  public static void paste(RgbImage picture, RgbImage onto, int left, int top) {
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int tx = left + x;
        int ty = top + y;
        if (tx >= 0 && ty >= 0 && tx < onto.width() && ty < onto.height()) {
          System.arraycopy(
              picture.pixels(),
              3 * (y * picture.width() + x),
              onto.pixels(),
              3 * (ty * onto.width() + tx),
              3);
        }
      }
    }
  }

  /** YuNet. */
  public static FaceDetector detector() throws IOException {
    return new YuNet(MODEL);
  }
}
