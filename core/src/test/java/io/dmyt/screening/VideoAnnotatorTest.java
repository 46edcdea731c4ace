package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.face.Box;
import io.dmyt.face.Face;
import io.dmyt.face.Point;
import io.dmyt.face.TestFaces;
import io.dmyt.metric.Estimate;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoFrame;
import io.dmyt.video.VideoReader;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoAnnotatorTest {
  @TempDir Path folder;

  private static Sighting at(long millis, double x) {
    return new Sighting(
        0,
        Duration.ofMillis(millis),
        Optional.of(new Face(new Box(x, 60, 40, 40), Collections.nCopies(5, new Point(0, 0)), 1)),
        0.9,
        Optional.empty());
  }

  @Test
  void boxesMoveEvenlyBetweenSightings() {
    List<Sighting> sightings = List.of(at(1000, 10), at(2000, 50));
    assertEquals(
        Optional.of(new Box(20, 60, 40, 40)),
        VideoAnnotator.box(sightings, Duration.ofMillis(1250)));
    assertEquals(
        Optional.of(new Box(50, 60, 40, 40)),
        VideoAnnotator.box(sightings, Duration.ofMillis(2400)));
    assertEquals(Optional.empty(), VideoAnnotator.box(sightings, Duration.ofMillis(2600)));
    assertEquals(Optional.empty(), VideoAnnotator.box(sightings, Duration.ofMillis(400)));
  }

  /** All frames at their times, with the colour of a fake along the box. */
  @Test
  void writesTheVideoWithBoxes() throws IOException {
    Path source = folder.resolve("in.mp4");
    try (VideoWriter writer = new VideoWriter(source, 160, 120, VideoFormat.of(source))) {
      for (int i = 0; i < 8; i++) {
        writer.write(TestFaces.grey(160, 120), Duration.ofMillis(250L * i));
      }
      writer.finish();
    }
    VideoResult result;
    try (VideoReader reader = VideoReader.open(source, FrameSelection.all())) {
      FaceTrack face =
          new FaceTrack(
              1,
              List.of(at(0, 20), at(1750, 90)),
              new Estimate(0.9, 0.8, 0.95),
              Verdict.FAKE,
              Optional.empty(),
              List.of(),
              List.of());
      result =
          new VideoResult(
              source.toString(), reader.info(), reader.damage(), 8, 8, 0, List.of(face));
    }
    for (String name : List.of("out.mp4", "out.webm")) {
      Path out = folder.resolve(name);
      VideoAnnotator.write(result, out);
      try (VideoReader reader = VideoReader.open(out, FrameSelection.all())) {
        assertEquals(8, reader.info().frames());
        for (int i = 0; i < 8; i++) {
          VideoFrame frame = reader.next().orElseThrow();
          assertEquals(250L * i, frame.time().toMillis());
          // The middle of the lower edge; in the middle of the box nothing is drawn.
          assertRed(frame, 40 + 10 * i, 100);
          assertEquals(120, level(frame, 40 + 10 * i, 80, 0), 12);
        }
      }
    }
    assertEquals(3, folder.toFile().list().length);
  }

  private static int level(VideoFrame frame, int x, int y, int channel) {
    return frame.image().pixels()[3 * (y * frame.image().width() + x) + channel] & 0xff;
  }

  private static void assertRed(VideoFrame frame, int x, int y) {
    assertEquals(0xe0, level(frame, x, y, 0), 45);
    assertEquals(0x2f, level(frame, x, y, 2), 45);
  }

  @Test
  void refusesAnotherEnding() {
    VideoResult none = new VideoResult("in.mp4", null, null, 0, 0, 0, List.of());
    assertThrows(
        IllegalArgumentException.class,
        () -> VideoAnnotator.write(none, folder.resolve("out.gif")));
  }
}
