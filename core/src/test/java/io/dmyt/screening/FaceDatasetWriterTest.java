package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.data.FaceCrop;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.ImageSearch;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.TestFaces;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceDatasetWriterTest {
  private static final VideoFormat LOSSLESS =
      new VideoFormat("matroska", "ffv1", "bgr0", 1000, 1, 0, 1, Map.of());
  private static final FaceDatasetWriter WRITER =
      new FaceDatasetWriter(FrameSelection.evenly(2), FaceCrop.aligned(), 2);

  @TempDir Path folder;

  private static void video(Path file, RgbImage frame) throws IOException {
    Files.createDirectories(file.getParent());
    try (VideoWriter writer = new VideoWriter(file, frame.width(), frame.height(), LOSSLESS)) {
      for (int i = 0; i < 3; i++) {
        writer.write(frame, Duration.ofMillis(100L * i));
      }
      writer.finish();
    }
  }

  private FaceDatasetWriter.Summary write(FaceDatasetWriter writer, Path out) throws IOException {
    return writer.write(
        VideoDataset.scan(folder.resolve("videos")), out, TestFaces::detector, n -> {});
  }

  @Test
  void cutsFacesOutAndGoesOnWhereItWas() throws IOException {
    RgbImage two = TestFaces.grey(1024, 512);
    TestFaces.paste(TestFaces.astronaut().resize(256, 256), two, 0, 0);
    TestFaces.paste(TestFaces.astronaut(), two, 512, 0);
    Path videos = folder.resolve("videos");
    video(videos.resolve("train/real/a.mkv"), two);
    video(videos.resolve("test/fake/b.mkv"), TestFaces.grey(320, 240));
    Files.createFile(videos.resolve("test/fake/c.mkv"));
    Path out = folder.resolve("out");
    FaceDatasetWriter.Summary summary = write(WRITER, out);
    assertEquals(2, summary.faces());
    assertEquals(1, summary.videos());
    assertEquals(List.of(videos.resolve("test/fake/b.mkv")), summary.without());
    assertEquals("the file is empty", summary.bad().get(0).reason());
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals(3, index.size());
    assertTrue(index.get(2).startsWith("train/real/train+real+a/000002.png,"), index.get(2));
    // The larger one of the two people.
    RgbImage expected;
    try (FaceDetector detector = TestFaces.detector()) {
      expected =
          FaceCropper.crop(
              two,
              detector.detect(two).stream()
                  .filter(f -> f.box().x() > 512)
                  .findFirst()
                  .orElseThrow(),
              FaceCrop.aligned());
    }
    Path first = out.resolve("train/real/train+real+a/000000.png");
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(64))) {
      assertArrayEquals(expected.pixels(), decoder.rgb(first).pixels());
    }
    assertTrue(Files.exists(out.resolve("contact.png")));
    String landmarks =
        Files.readString(out.resolve("train/real/train+real+a/000000.landmarks.json"));
    double[][] points = new ObjectMapper().readValue(landmarks, double[][].class);
    assertEquals(5, points.length);
    // About where the template has the eye that lies left in the picture.
    assertEquals(96.9, points[0][0], 12, landmarks);
    assertEquals(113.5, points[0][1], 12, landmarks);
    ImageSearch search = ImageSearch.below(out.resolve("train"));
    assertEquals(2, search.images().size());
    assertTrue(search.leftOut().isEmpty(), search.leftOut().toString());
    assertEquals(Optional.of(FaceCrop.aligned()), FaceCropFile.read(out));

    // What is done isn't done again; what failed is.
    Files.delete(videos.resolve("test/fake/c.mkv"));
    video(videos.resolve("test/fake/c.mkv"), TestFaces.astronaut());
    Files.setLastModifiedTime(first, java.nio.file.attribute.FileTime.fromMillis(0));
    summary = write(WRITER, out);
    assertEquals(4, summary.faces());
    assertEquals(2, summary.resumed());
    assertEquals(0, Files.getLastModifiedTime(first).toMillis());
    assertFalse(Files.exists(out.resolve("test/fake/.test+fake+c.part")));

    // Faces that are cut out otherwise don't go among them.
    FaceDatasetWriter other = new FaceDatasetWriter(FrameSelection.evenly(2), FaceCrop.box(1.3), 1);
    IOException e = assertThrows(IOException.class, () -> write(other, out));
    assertTrue(e.getMessage().contains("choose another --output"), e.getMessage());
  }

  @Test
  void aDataSetOfOthersSaysNothing() throws IOException {
    assertEquals(Optional.empty(), FaceCropFile.read(folder));
    Files.writeString(folder.resolve("faces.json"), "{\"crop\": {\"method\": \"round\"}}");
    IOException e = assertThrows(IOException.class, () -> FaceCropFile.read(folder));
    assertTrue(e.getMessage().contains("faces.json: damaged"), e.getMessage());
  }
}
