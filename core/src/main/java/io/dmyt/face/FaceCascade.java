package io.dmyt.face;

import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.equalizeHist;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Mats;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;

/**
 * The cascade for frontal faces that comes with OpenCV (Viola and Jones 2001,
 * doi:10.1109/CVPR.2001.990517; trained by Lienhart): what is there without a model's file. It sees
 * upright faces that look into the camera, and takes other things for faces now and then. It knows
 * no landmarks: they are put where they lie in a box of its on average.
 */
public final class FaceCascade implements FaceDetector {
  private static final String RESOURCE =
      "/org/bytedeco/opencv/"
          + Loader.getPlatform()
          + "/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";

  /** The longer side of what is searched. */
  private static final int SIDE = 640;

  private static final double STEP = 1.1;
  private static final int NEIGHBOURS = 5;
  private static final int SMALLEST_FACE = 24;

  /** It tells boxes, and not how sure it is. */
  private static final double SCORE = 0.5;

  private static final List<Point> LANDMARKS =
      List.of(
          new Point(0.29, 0.36),
          new Point(0.71, 0.36),
          new Point(0.5, 0.6),
          new Point(0.32, 0.8),
          new Point(0.68, 0.8));

  static {
    HeadlessOpenCv.prepare();
  }

  private final CascadeClassifier cascade;
  private boolean closed;

  /**
   * @throws IOException if OpenCV's jar doesn't hold it
   */
  public FaceCascade() throws IOException {
    File file = Loader.cacheResource(CascadeClassifier.class, RESOURCE);
    if (file == null) {
      throw new IOException("OpenCV's jar has no cascade for faces");
    }
    cascade = new CascadeClassifier(file.getPath());
  }

  @Override
  public String name() {
    return "OpenCV's cascade";
  }

  @Override
  public List<Face> detect(RgbImage image) {
    if (closed) {
      throw new IllegalStateException("The face detector is closed");
    }
    double scale = Math.min(1, (double) SIDE / Math.max(image.width(), image.height()));
    try (Mat rgb = Mats.of(image.pixels(), image.width(), image.height());
        Mat grey = new Mat();
        Mat small = new Mat();
        Size size =
            new Size(
                Math.max(1, (int) Math.round(image.width() * scale)),
                Math.max(1, (int) Math.round(image.height() * scale)));
        Size smallest = new Size(SMALLEST_FACE, SMALLEST_FACE);
        Size largest = new Size(SIDE, SIDE);
        RectVector found = new RectVector()) {
      cvtColor(rgb, grey, COLOR_RGB2GRAY);
      resize(grey, small, size, 0, 0, INTER_AREA);
      equalizeHist(small, small);
      cascade.detectMultiScale(small, found, STEP, NEIGHBOURS, 0, smallest, largest);
      List<Face> faces = new ArrayList<>();
      for (long i = 0; i < found.size(); i++) {
        faces.add(face(found.get(i)).scaled(1 / scale));
      }
      return faces;
    }
  }

  private static Face face(Rect rect) {
    Box box = new Box(rect.x(), rect.y(), rect.width(), rect.height());
    List<Point> landmarks =
        LANDMARKS.stream()
            .map(p -> new Point(box.x() + p.x() * box.width(), box.y() + p.y() * box.height()))
            .toList();
    return new Face(box, landmarks, SCORE);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cascade.close();
    }
  }
}
