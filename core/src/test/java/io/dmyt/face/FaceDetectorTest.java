package io.dmyt.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceDetectorTest {
  @TempDir Path folder;

  private static void assertAt(double x, double y, double tolerance, Face face) {
    Point centre = face.box().centre();
    assertEquals(x, centre.x(), tolerance, face.toString());
    assertEquals(y, centre.y(), tolerance, face.toString());
  }

  /** Eyes left and right of each other, nose and mouth below, all of them in the box. */
  private static void assertLandmarks(Face face) {
    List<Point> p = face.landmarks();
    assertTrue(p.get(0).x() < p.get(2).x() && p.get(2).x() < p.get(1).x(), face.toString());
    assertTrue(p.get(3).x() < p.get(4).x() && p.get(2).y() < p.get(3).y(), face.toString());
    assertTrue(p.get(0).y() < p.get(2).y() && p.get(1).y() < p.get(2).y(), face.toString());
    Box box = face.box();
    assertTrue(
        p.stream()
            .allMatch(
                q ->
                    q.x() > box.x()
                        && q.x() < box.x() + box.width()
                        && q.y() > box.y()
                        && q.y() < box.y() + box.height()),
        face.toString());
  }

  @Test
  void findsAFaceOfAnySize() throws IOException {
    RgbImage astronaut = TestFaces.astronaut();
    try (FaceDetector detector = TestFaces.detector()) {
      for (double factor : new double[] {0.25, 0.5, 1, 2, 4, 6}) {
        int size = (int) (512 * factor);
        List<Face> faces = detector.detect(astronaut.resize(size, size));
        assertEquals(1, faces.size(), "at " + factor);
        assertAt(224 * factor, 118 * factor, 12 * factor, faces.get(0));
        assertLandmarks(faces.get(0));
      }
    }
  }

  /** A face of 22 pixels in a picture of 1920: lost at 640. */
  @Test
  void findsASmallFaceInALargePicture() throws IOException {
    RgbImage large = TestFaces.grey(1920, 1080);
    TestFaces.paste(TestFaces.astronaut().resize(128, 128), large, 1000, 500);
    try (FaceDetector detector = TestFaces.detector()) {
      List<Face> faces = detector.detect(large);
      assertEquals(1, faces.size());
      assertAt(1056, 529.5, 5, faces.get(0));
    }
  }

  @Test
  void findsTwoPeople() throws IOException {
    RgbImage two = TestFaces.grey(1024, 512);
    TestFaces.paste(TestFaces.astronaut(), two, 0, 0);
    TestFaces.paste(TestFaces.astronaut(), two, 512, 0);
    try (FaceDetector detector = TestFaces.detector()) {
      assertEquals(2, detector.detect(two).size());
    }
  }

  @Test
  void findsNothingWhereNothingIs() throws IOException {
    try (FaceDetector detector = TestFaces.detector();
        FaceDetector cascade = new FaceCascade()) {
      for (RgbImage image : List.of(TestFaces.grey(1, 1), TestFaces.grey(640, 480))) {
        assertEquals(List.of(), detector.detect(image));
        assertEquals(List.of(), cascade.detect(image));
      }
    }
  }

  @Test
  void theCascadeFindsAFrontalFace() throws IOException {
    RgbImage astronaut = TestFaces.astronaut();
    try (FaceDetector detector = TestFaces.detector();
        FaceDetector cascade = new FaceCascade()) {
      for (int factor = 1; factor <= 3; factor += 2) {
        RgbImage image = astronaut.resize(512 * factor, 512 * factor);
        List<Face> faces = cascade.detect(image);
        assertEquals(1, faces.size());
        assertLandmarks(faces.get(0));
        // Its guesses lie within a tenth of the face of where the landmarks are.
        List<Point> found = detector.detect(image).get(0).landmarks();
        for (int i = 0; i < Face.LANDMARKS; i++) {
          Point guess = faces.get(0).landmarks().get(i);
          double distance = Math.hypot(guess.x() - found.get(i).x(), guess.y() - found.get(i).y());
          assertTrue(distance < 0.1 * faces.get(0).box().size(), i + ": " + distance);
        }
      }
    }
  }

  @Test
  void refusesWhatIsNoModel() throws IOException {
    Path text = Files.writeString(folder.resolve("model.onnx"), "no model");
    IOException e = assertThrows(IOException.class, () -> new YuNet(text).close());
    assertEquals(
        text + ": not a face detector that OpenCV can read: expected YuNet's ONNX file",
        e.getMessage());
    assertThrows(NoSuchFileException.class, () -> new YuNet(folder.resolve("none.onnx")).close());
  }

  /** OpenCV's Java classes would load GTK, which servers don't have. */
  @Test
  void windowsAreNotLoaded() throws IOException {
    try (FaceDetector detector = TestFaces.detector();
        FaceDetector cascade = new FaceCascade()) {
      assertEquals(1, detector.detect(TestFaces.astronaut()).size());
      assertEquals(1, cascade.detect(TestFaces.astronaut()).size());
    }
    String windows = "jniopencv_highgui";
    assertEquals(
        windows, Loader.getLoadedLibraries().get(windows), "a file's path if it is loaded");
  }

  @Test
  void useAfterCloseThrows() throws IOException {
    FaceDetector detector = TestFaces.detector();
    detector.close();
    detector.close();
    RgbImage image = TestFaces.grey(9, 9);
    assertThrows(IllegalStateException.class, () -> detector.detect(image));
  }
}
