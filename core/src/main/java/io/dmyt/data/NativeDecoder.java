package io.dmyt.data;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * OpenCV's decoder, the one DataVec uses, on native buffers that are kept from image to image. Not
 * thread-safe.
 */
final class NativeDecoder implements AutoCloseable {
  private BytePointer file = new BytePointer(1 << 16);
  private final Mat image = new Mat();
  private boolean closed;

  /**
   * @return pixels that are valid until the next call
   * @throws BadImageException if OpenCV doesn't decode it
   */
  Pixels decode(byte[] data, String name) {
    if (closed) {
      throw new IllegalStateException("The decoder is closed");
    }
    if (file.capacity() < data.length) {
      file.close();
      file = new BytePointer(data.length + data.length / 2L);
    }
    file.position(0).put(data);
    try (Mat encoded = new Mat(1, data.length, CV_8UC1, file);
        Mat decoded = imdecode(encoded, IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION, image)) {
      if (decoded.empty() || decoded.type() != CV_8UC3 || !decoded.isContinuous()) {
        throw new BadImageException(name, "damaged: it begins as an image but can't be decoded");
      }
    } catch (BadImageException e) {
      throw e;
    } catch (RuntimeException e) {
      String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new BadImageException(name, "can't be decoded: " + line, e);
    }
    ByteBuffer pixels = image.createBuffer();
    return new Pixels(pixels, image.cols(), image.rows());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      image.close();
      file.close();
    }
  }
}
