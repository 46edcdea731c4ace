package io.dmyt.face;

import io.dmyt.data.RgbImage;
import java.util.List;

/** Finds the faces in a picture. Holds native memory: use one per thread, and close it. */
public interface FaceDetector extends AutoCloseable {
  /**
   * The faces, the surest first; none if there are none.
   *
   * @throws IllegalStateException after {@link #close}
   */
  List<Face> detect(RgbImage image);

  /** What finds them, for people and files. */
  String name();

  @Override
  void close();
}
