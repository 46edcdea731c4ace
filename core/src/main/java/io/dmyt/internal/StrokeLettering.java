package io.dmyt.internal;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgproc.FONT_HERSHEY_SIMPLEX;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_AA;
import static org.bytedeco.opencv.global.opencv_imgproc.getTextSize;
import static org.bytedeco.opencv.global.opencv_imgproc.putText;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.text.Normalizer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Letters that OpenCV draws by strokes (Hershey 1967). Accents are left out, and other letters
 * beyond ASCII are question marks.
 */
final class StrokeLettering extends Lettering {
  /** Of OpenCV's capital letters at scale 1, in pixels. */
  private static final double CAPITALS = 22;

  /** Capital letters are about so high in fonts, relative to their size. */
  private static final double SHARE = 0.72;

  private final double scale;
  private final int thickness;
  private final int ascent;
  private final int height;

  StrokeLettering(int size) {
    scale = size * SHARE / CAPITALS;
    thickness = (int) Math.max(1, Math.round(size / 10.0));
    ascent = (int) Math.ceil(size * 0.95);
    height = (int) Math.ceil(size * 1.2);
  }

  @Override
  public int width(String text) {
    try (IntPointer baseline = new IntPointer(1);
        Size size = getTextSize(ascii(text), FONT_HERSHEY_SIMPLEX, scale, thickness, baseline)) {
      return size.width();
    }
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public void draw(Graphics2D g, String text, int x, int top) {
    int width = Math.max(1, width(text));
    try (Scalar black = new Scalar(0);
        Scalar white = new Scalar(255);
        Mat mask = new Mat(height, width, CV_8UC1, black);
        Point start = new Point(0, ascent)) {
      putText(
          mask, ascii(text), start, FONT_HERSHEY_SIMPLEX, scale, white, thickness, LINE_AA, false);
      g.drawImage(coloured(mask, g.getColor().getRGB()), x, top, null);
    }
  }

  private BufferedImage coloured(Mat mask, int colour) {
    int width = mask.cols();
    byte[] opacity = new byte[height * width];
    try (BytePointer data = mask.data()) {
      data.get(opacity);
    }
    BufferedImage letters = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < opacity.length; i++) {
      letters.setRGB(i % width, i / width, ((opacity[i] & 0xff) << 24) | (colour & 0xffffff));
    }
    return letters;
  }

  static String ascii(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD)
        .replaceAll("\\p{M}", "")
        .replaceAll("[^ -~]", "?");
  }
}
