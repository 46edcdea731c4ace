package io.dmyt.face;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Mats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.FaceDetectorYN;

/**
 * YuNet (Wu, Peng and Yu 2023, doi:10.1007/s11633-023-1423-y), run by OpenCV.
 *
 * <p>It sees faces of about 10 to 300 pixels. A picture is therefore searched with its longer side
 * at 640 pixels and at 320, and one that has no face there once more at 1280 and 2560, as far as it
 * has so many: at 1920 × 1080, faces of 30 pixels up to the whole height are found at once, smaller
 * ones where there are no larger. Of boxes that overlap by more than 0.3 the surest stays.
 */
public final class YuNet implements FaceDetector {
  private static final float SCORE = 0.6f;
  private static final float SUPPRESSION = 0.3f;
  private static final int CANDIDATES = 500;
  private static final int[] USUAL_SIDES = {640, 320};
  private static final int[] LARGE_SIDES = {1280, 2560};

  /** Pictures are not made smaller than this: no face in them would be. */
  private static final int SMALLEST = 320;

  private static final int SCORE_COLUMN = 14;

  static {
    HeadlessOpenCv.prepare();
  }

  private final FaceDetectorYN network;
  private boolean closed;

  /**
   * @param model YuNet's file, {@code .onnx}
   * @throws IOException if there is none, or OpenCV can't read it
   */
  public YuNet(Path model) throws IOException {
    if (!Files.isRegularFile(model)) {
      throw new NoSuchFileException(model.toString());
    }
    try (Size size = new Size(SMALLEST, SMALLEST)) {
      network =
          FaceDetectorYN.create(model.toString(), "", size, SCORE, SUPPRESSION, CANDIDATES, 0, 0);
      try (Mat black = new Mat(SMALLEST, SMALLEST, CV_8UC3);
          Mat found = new Mat()) {
        network.detect(black, found);
      }
    } catch (RuntimeException e) {
      throw new IOException(
          model + ": not a face detector that OpenCV can read: expected YuNet's ONNX file", e);
    }
  }

  @Override
  public String name() {
    return "YuNet";
  }

  @Override
  public List<Face> detect(RgbImage image) {
    if (closed) {
      throw new IllegalStateException("The face detector is closed");
    }
    int longer = Math.max(image.width(), image.height());
    try (Mat rgb = Mats.of(image.pixels(), image.width(), image.height());
        Mat bgr = new Mat()) {
      cvtColor(rgb, bgr, COLOR_RGB2BGR);
      List<Face> faces = new ArrayList<>();
      for (int side : USUAL_SIDES) {
        if (side == USUAL_SIDES[0] || longer > side) {
          faces.addAll(atSide(bgr, longer, side));
        }
      }
      for (int side : LARGE_SIDES) {
        if (faces.isEmpty() && longer > side / 2) {
          faces.addAll(atSide(bgr, longer, side));
        }
      }
      return Overlaps.surest(faces, SUPPRESSION);
    }
  }

  /** Searches the picture with its longer side at so many pixels, or at its own if it has fewer. */
  private List<Face> atSide(Mat bgr, int longer, int side) {
    double scale = Math.min(1, (double) side / longer);
    int width = Math.max(1, (int) Math.round(bgr.cols() * scale));
    int height = Math.max(1, (int) Math.round(bgr.rows() * scale));
    try (Size size = new Size(width, height);
        Mat small = new Mat();
        Mat found = new Mat()) {
      if (scale < 1) {
        resize(bgr, small, size, 0, 0, INTER_AREA);
      }
      network.setInputSize(size);
      network.detect(scale < 1 ? small : bgr, found);
      return found.empty() ? List.of() : faces(found, 1 / scale);
    }
  }

  /** A row a face: box, five landmarks, score. */
  private static List<Face> faces(Mat found, double factor) {
    List<Face> faces = new ArrayList<>();
    try (FloatIndexer rows = found.createIndexer()) {
      for (int i = 0; i < found.rows(); i++) {
        List<Point> landmarks = new ArrayList<>();
        for (int k = 0; k < Face.LANDMARKS; k++) {
          landmarks.add(new Point(rows.get(i, 4 + 2 * k), rows.get(i, 5 + 2 * k)));
        }
        Box box = new Box(rows.get(i, 0), rows.get(i, 1), rows.get(i, 2), rows.get(i, 3));
        faces.add(new Face(box, landmarks, rows.get(i, SCORE_COLUMN)).scaled(factor));
      }
    }
    return faces;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      network.close();
    }
  }
}
