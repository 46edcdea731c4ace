package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.face.Face;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.TestFaces;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FaceSampleTest {
  @Test
  void isTheLargestFace() throws IOException {
    RgbImage two = TestFaces.grey(1024, 512);
    TestFaces.paste(TestFaces.astronaut().resize(256, 256), two, 0, 0);
    TestFaces.paste(TestFaces.astronaut(), two, 512, 0);
    try (FaceDetector detector = TestFaces.detector()) {
      Sample picture = Sample.of("two", two).withGroup("g");
      FaceSample sample = new FaceSample(picture, detector, FaceCrop.aligned());
      assertEquals("two", sample.id().toString());
      assertEquals("g", sample.group());
      Face right =
          detector.detect(two).stream().filter(f -> f.box().x() > 512).findFirst().orElseThrow();
      RgbImage expected = FaceCropper.crop(two, right, FaceCrop.aligned());
      assertArrayEquals(expected.pixels(), ((RgbImage) sample.open()).pixels());
      Sample grey = Sample.of("grey", TestFaces.grey(200, 200));
      assertThrows(
          IOException.class, () -> new FaceSample(grey, detector, FaceCrop.aligned()).open());
    }
  }
}
