package io.dmyt.face;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import io.dmyt.data.RgbImage;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Pictures as OpenCV's matrices and back. */
final class Mats {
  private Mats() {}

  /** A copy of a picture, [height, width, 3], red first. */
  static Mat rgb(RgbImage image) {
    Mat mat = new Mat(image.height(), image.width(), CV_8UC3);
    try (BytePointer data = mat.data()) {
      data.put(image.pixels());
    }
    return mat;
  }

  /** A copy of a matrix of three bytes a pixel without gaps between its rows. */
  static RgbImage image(Mat mat) {
    byte[] pixels = new byte[3 * mat.cols() * mat.rows()];
    try (BytePointer data = mat.data()) {
      data.get(pixels);
    }
    return new RgbImage(mat.cols(), mat.rows(), pixels);
  }
}
