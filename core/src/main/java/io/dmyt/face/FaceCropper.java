package io.dmyt.face;

import static org.bytedeco.opencv.global.opencv_core.CV_64FC1;
import static org.bytedeco.opencv.global.opencv_imgproc.warpAffine;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.RgbImage;
import io.dmyt.internal.Mats;
import io.dmyt.internal.Text;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Cuts faces out of pictures as a {@link FaceCrop} says.
 *
 * <p>An aligned crop is DeepfakeBench's: the similarity that takes the five landmarks closest to
 * ArcFace's template of 112 × 112 pixels (Deng et al. 2019), with a margin, by {@code warpAffine}
 * with linear interpolation and black outside of the picture. A box is FaceForensics++'s: a square
 * around it, moved and cut to what lies in the picture.
 */
public final class FaceCropper {
  private static final double TEMPLATE_SIZE = 112;

  /** ArcFace's template for 96 × 112 pixels, moved to the middle of 112 × 112. */
  private static final List<Point> TEMPLATE =
      List.of(
          new Point(38.2946, 51.6963),
          new Point(73.5318, 51.5014),
          new Point(56.0252, 71.7366),
          new Point(41.5493, 92.3655),
          new Point(70.7299, 92.2041));

  private FaceCropper() {}

  /**
   * A face's crop.
   *
   * @param image the picture that the face was found in; not changed
   * @throws IllegalArgumentException if an aligned face's landmarks are one and the same, or a box
   *     lies outside of the picture
   */
  public static RgbImage crop(RgbImage image, Face face, FaceCrop how) {
    return switch (how.method()) {
      case ALIGNED -> align(image, face.landmarks(), how);
      case BOX -> square(image, face.box(), how.scale());
    };
  }

  /**
   * Where a face's landmarks lie in its crop, in pixels.
   *
   * @throws IllegalArgumentException as {@link #crop}
   */
  public static List<Point> landmarks(RgbImage image, Face face, FaceCrop how) {
    if (how.method() == FaceCrop.Method.ALIGNED) {
      Similarity move = Similarity.fit(face.landmarks(), template(how));
      return face.landmarks().stream().map(move::apply).toList();
    }
    Square cut = Square.of(image, face.box(), how.scale());
    return face.landmarks().stream()
        .map(p -> new Point(p.x() - cut.left, p.y() - cut.top))
        .toList();
  }

  /** Where the template's points lie in an aligned crop. */
  static List<Point> template(FaceCrop how) {
    double unit = how.size() / TEMPLATE_SIZE / how.scale();
    double margin = how.size() * (how.scale() - 1) / 2 / how.scale();
    return TEMPLATE.stream()
        .map(p -> new Point(p.x() * unit + margin, p.y() * unit + margin))
        .toList();
  }

  private static RgbImage align(RgbImage image, List<Point> landmarks, FaceCrop how) {
    Similarity move = Similarity.fit(landmarks, template(how));
    try (Mat source = Mats.of(image.pixels(), image.width(), image.height());
        Mat target = new Mat();
        DoublePointer numbers =
            new DoublePointer(move.a(), -move.b(), move.tx(), move.b(), move.a(), move.ty());
        Mat matrix = new Mat(2, 3, CV_64FC1, numbers);
        Size size = new Size(how.size(), how.size())) {
      warpAffine(source, target, matrix, size);
      return new RgbImage(target.cols(), target.rows(), Mats.pixels(target));
    }
  }

  private static RgbImage square(RgbImage image, Box box, double scale) {
    Square cut = Square.of(image, box, scale);
    byte[] pixels = new byte[3 * cut.side * cut.side];
    for (int y = 0; y < cut.side; y++) {
      System.arraycopy(
          image.pixels(),
          3 * ((cut.top + y) * image.width() + cut.left),
          pixels,
          3 * cut.side * y,
          3 * cut.side);
    }
    return new RgbImage(cut.side, cut.side, pixels);
  }

  /** A square of a picture, in pixels. */
  private record Square(int left, int top, int side) {
    static Square of(RgbImage image, Box box, double scale) {
      int side = (int) (box.size() * scale);
      int left = Math.max(0, (int) (box.centre().x() - side / 2.0));
      int top = Math.max(0, (int) (box.centre().y() - side / 2.0));
      side = Math.min(side, Math.min(image.width() - left, image.height() - top));
      if (side < 1) {
        throw new IllegalArgumentException(Text.format("%s lies outside of the picture", box));
      }
      return new Square(left, top, side);
    }
  }
}
