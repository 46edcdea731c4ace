package io.dmyt.data;

import static org.bytedeco.opencv.global.opencv_core.ALGO_HINT_ACCURATE;
import static org.bytedeco.opencv.global.opencv_core.BORDER_REFLECT_101;
import static org.bytedeco.opencv.global.opencv_core.BORDER_REPLICATE;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.GaussianBlur;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.getRotationMatrix2D;
import static org.bytedeco.opencv.global.opencv_imgproc.warpAffine;

import io.dmyt.internal.Mats;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point2f;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** What can be done to a picture's pixels; each gives a picture of the same size. */
final class PixelOps {
  private PixelOps() {}

  /** Compressed as JPEG, with chroma at half the resolution, and read again. */
  static RgbImage jpeg(RgbImage image, int quality) {
    try (IntPointer options = new IntPointer(IMWRITE_JPEG_QUALITY, quality);
        Mat rgb = mat(image);
        Mat bgr = new Mat();
        BytePointer file = new BytePointer()) {
      cvtColor(rgb, bgr, COLOR_RGB2BGR);
      if (!imencode(".jpg", bgr, file, options)) {
        throw new IllegalStateException("OpenCV can't write JPEG");
      }
      try (Mat encoded = new Mat(1, Math.toIntExact(file.limit()), CV_8UC1, file);
          Mat decoded = imdecode(encoded, IMREAD_COLOR_RGB)) {
        return image(decoded);
      }
    }
  }

  /**
   * Blurred by a Gaussian.
   *
   * @param side of the kernel in pixels, odd
   */
  static RgbImage blur(RgbImage image, double deviation, int side) {
    try (Mat rgb = mat(image);
        Mat blurred = new Mat();
        Size kernel = new Size(side, side)) {
      GaussianBlur(
          rgb, blurred, kernel, deviation, deviation, BORDER_REPLICATE, ALGO_HINT_ACCURATE);
      return image(blurred);
    }
  }

  /** Shrunk by a factor and back, bilinearly with antialiasing. */
  static RgbImage downUp(RgbImage image, double factor) {
    int width = Math.max(1, (int) Math.round(image.width() * factor));
    int height = Math.max(1, (int) Math.round(image.height() * factor));
    return image.resize(width, height).resize(image.width(), image.height());
  }

  /** Turned around its middle, by degrees against the clock; what comes in is mirrored. */
  static RgbImage rotate(RgbImage image, double degrees) {
    try (Mat rgb = mat(image);
        Point2f middle = new Point2f((image.width() - 1) / 2f, (image.height() - 1) / 2f);
        Mat turn = getRotationMatrix2D(middle, degrees, 1);
        Mat turned = new Mat();
        Size size = new Size(image.width(), image.height());
        Scalar none = new Scalar(0)) {
      warpAffine(rgb, turned, turn, size, INTER_LINEAR, BORDER_REFLECT_101, none);
      return image(turned);
    }
  }

  /** Left and right exchanged. */
  static RgbImage flip(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    int width = image.width();
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(from, 3 * (y * width + x), to, 3 * (y * width + width - 1 - x), 3);
      }
    }
    return new RgbImage(width, image.height(), to);
  }

  /** A part of it, in the size of the whole. */
  static RgbImage crop(RgbImage image, int left, int top, int width, int height) {
    byte[] part = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * image.width() + left);
      System.arraycopy(image.pixels(), from, part, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, part).resize(image.width(), image.height());
  }

  static byte level(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }

  private static Mat mat(RgbImage image) {
    return Mats.of(image.pixels(), image.width(), image.height());
  }

  private static RgbImage image(Mat mat) {
    return new RgbImage(mat.cols(), mat.rows(), Mats.pixels(mat));
  }
}
