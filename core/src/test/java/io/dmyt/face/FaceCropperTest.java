package io.dmyt.face;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.RgbImage;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaceCropperTest {
  private static final Box ANYWHERE = new Box(0, 0, 10, 10);

  /**
   * By DeepfakeBench's preprocessing ({@code img_align_crop} with {@code outsize=[256, 256]} and
   * {@code scale=1.3}), by hand for the first point: (30.2946 + 8) / 112 · 256 = 87.5305; with a
   * margin of 38.4 it is 125.9305 of 332.8; brought to 256 that is 96.8696.
   */
  @Test
  void templateIsDeepfakeBenchs() {
    List<Point> template = FaceCropper.template(FaceCrop.aligned());
    double[] x = {30.2946, 65.5318, 48.0252, 33.5493, 62.7299};
    double[] y = {51.6963, 51.5014, 71.7366, 92.3655, 92.2041};
    for (int i = 0; i < Face.LANDMARKS; i++) {
      assertEquals(((x[i] + 8) / 112 * 256 + 38.4) * 256 / 332.8, template.get(i).x(), 1e-9);
      assertEquals((y[i] / 112 * 256 + 38.4) * 256 / 332.8, template.get(i).y(), 1e-9);
    }
    assertEquals(96.8696, template.get(0).x(), 1e-3);
  }

  /** Dots where the landmarks of a turned, scaled face are come to lie on the template. */
  @Test
  void landmarksLandOnTheTemplate() {
    List<Point> template = FaceCropper.template(FaceCrop.aligned());
    for (double angle : new double[] {0, 0.3, -0.8, 2.5}) {
      for (double scale : new double[] {0.8, 1, 2}) {
        Similarity made = new Similarity(scale * Math.cos(angle), scale * Math.sin(angle), 0, 0);
        Point middle = made.apply(new Point(128, 155));
        List<Point> landmarks =
            template.stream()
                .map(made::apply)
                .map(p -> new Point(p.x() - middle.x() + 400, p.y() - middle.y() + 400))
                .toList();
        RgbImage image = new RgbImage(800, 800, new byte[3 * 800 * 800]);
        landmarks.forEach(p -> dot(image, p, 6 * scale));
        RgbImage crop =
            FaceCropper.crop(image, new Face(ANYWHERE, landmarks, 1), FaceCrop.aligned());
        assertEquals(256, crop.width());
        for (Point p : template) {
          Point found = centre(crop, p);
          assertEquals(p.x(), found.x(), 0.5, "angle " + angle + ", scale " + scale);
          assertEquals(p.y(), found.y(), 0.5, "angle " + angle + ", scale " + scale);
        }
        List<Point> said =
            FaceCropper.landmarks(image, new Face(ANYWHERE, landmarks, 1), FaceCrop.aligned());
        for (int i = 0; i < said.size(); i++) {
          assertEquals(template.get(i).x(), said.get(i).x(), 1e-9);
          assertEquals(template.get(i).y(), said.get(i).y(), 1e-9);
        }
      }
    }
  }

  private static void dot(RgbImage image, Point p, double radius) {
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double distance = Math.hypot(x - p.x(), y - p.y());
        double level = Math.max(0, Math.min(1, radius - distance));
        if (level > 0) {
          image.pixels()[3 * (y * image.width() + x)] = (byte) Math.round(255 * level);
        }
      }
    }
  }

  /** The centre of the red around a point. */
  private static Point centre(RgbImage image, Point near) {
    double sum = 0;
    double sumX = 0;
    double sumY = 0;
    for (int y = (int) near.y() - 12; y <= near.y() + 12; y++) {
      for (int x = (int) near.x() - 12; x <= near.x() + 12; x++) {
        int red = image.pixels()[3 * (y * image.width() + x)] & 0xff;
        sum += red;
        sumX += red * x;
        sumY += red * y;
      }
    }
    assertTrue(sum > 0, "nothing near " + near);
    return new Point(sumX / sum, sumY / sum);
  }

  /** FaceForensics++'s {@code get_boundingbox}: shifted, then cut at the picture's edges. */
  @Test
  void boxesAreFaceForensicsSquares() {
    byte[] pixels = new byte[3 * 100 * 80];
    for (int i = 0; i < 100 * 80; i++) {
      pixels[3 * i] = (byte) (i % 100);
      pixels[3 * i + 1] = (byte) (i / 100);
    }
    RgbImage image = new RgbImage(100, 80, pixels);
    assertSquare(image, new Box(30, 20, 20, 30), 1.0, 25, 20, 30);
    assertSquare(image, new Box(30, 20, 20, 30), 1.3, 20, 15, 39);
    // Beyond the left and upper edge it is moved, at the right and lower one it is cut.
    assertSquare(image, new Box(-5, -5, 20, 20), 1.0, 0, 0, 20);
    assertSquare(image, new Box(85, 60, 20, 30), 1.0, 80, 60, 20);
  }

  private static void assertSquare(
      RgbImage image, Box box, double scale, int left, int top, int side) {
    Face face = new Face(box, Collections.nCopies(5, new Point(0, 0)), 1);
    RgbImage crop = FaceCropper.crop(image, face, FaceCrop.box(scale));
    assertArrayEquals(
        new int[] {left, top, side, side},
        new int[] {crop.pixels()[0], crop.pixels()[1], crop.width(), crop.height()});
    assertEquals(
        new Point(-left, -top), FaceCropper.landmarks(image, face, FaceCrop.box(scale)).get(0));
  }

  @Test
  void aBoxOutsideIsRefused() {
    Face face = new Face(new Box(500, 500, 9, 9), FaceCropper.template(FaceCrop.aligned()), 1);
    RgbImage image = TestFaces.grey(50, 50);
    assertThrows(
        IllegalArgumentException.class, () -> FaceCropper.crop(image, face, FaceCrop.box(1.3)));
  }
}
