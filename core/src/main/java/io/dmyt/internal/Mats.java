package io.dmyt.internal;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Pictures of three bytes a pixel, [height, width, 3], as OpenCV's matrices and back. */
public final class Mats {
  private Mats() {}

  /** A copy of a picture's bytes. */
  public static Mat of(byte[] pixels, int width, int height) {
    Mat mat = new Mat(height, width, CV_8UC3);
    try (BytePointer data = mat.data()) {
      data.put(pixels);
    }
    return mat;
  }

  /** A copy of a matrix without gaps between its rows. */
  public static byte[] pixels(Mat mat) {
    byte[] pixels = new byte[3 * mat.cols() * mat.rows()];
    try (BytePointer data = mat.data()) {
      data.get(pixels);
    }
    return pixels;
  }
}
