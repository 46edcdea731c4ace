package io.dmyt.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import io.dmyt.face.Box;
import io.dmyt.face.Face;
import io.dmyt.face.Point;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Shot;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoDamage;
import io.dmyt.video.VideoException;
import io.dmyt.video.VideoInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VideoBytesTest {
  private static final String VIDEO = "Bücher/a b.mp4";
  private static final VideoInfo INFO =
      new VideoInfo(
          1920,
          1080,
          100,
          Duration.ofNanos(4_000_000_001L),
          true,
          Optional.of("HLG"),
          "hevc",
          "mov");
  private static final VideoDamage DAMAGE =
      new VideoDamage(3, 7, List.of(Duration.ofMillis(40), Duration.ofSeconds(3)));

  /** A face with other numbers everywhere. */
  private static Optional<Face> face(double left) {
    List<Point> landmarks =
        IntStream.range(0, 5).mapToObj(i -> new Point(left + i / 3.0, 0.1 * i)).toList();
    return Optional.of(new Face(new Box(left, -2.5, 30 + 1e-9, 40.1), landmarks, 1 / 7.0));
  }

  private static VideoResult result(VideoInfo info, VideoDamage damage, List<FaceTrack> faces) {
    return new VideoResult(VIDEO, info, damage, 32, 31, 2, faces);
  }

  private static void assertComesBack(VideoResult sent) throws IOException {
    assertEquals(sent, VideoBytes.read(VideoBytes.of(sent), VIDEO));
  }

  @Test
  void everythingComesBack() throws IOException {
    FaceTrack judged =
        new FaceTrack(
            1,
            List.of(
                new Sighting(0, Duration.ZERO, face(1.5), Math.nextUp(0.9), Optional.empty()),
                new Sighting(
                    3,
                    Duration.ofNanos(120_000_001),
                    face(2),
                    Double.NaN,
                    Optional.of("blurred é"))),
            new Estimate(0.9, 0.8, 1),
            Verdict.FAKE,
            Optional.empty(),
            List.of(),
            List.of());
    FaceTrack whole =
        new FaceTrack(
            2,
            List.of(new Sighting(99, Duration.ofHours(3), Optional.empty(), 0, Optional.empty())),
            Estimate.NONE,
            Verdict.NONE,
            Optional.of("the face was scored in 1 frame, 3 are needed"),
            List.of(),
            List.of());
    assertComesBack(result(INFO, DAMAGE, List.of(judged, whole)));
  }

  @Test
  void soDoesAVideoWithoutFacesDamageAndHighDynamicRange() throws IOException {
    VideoInfo plain =
        new VideoInfo(1, 2, 0, Duration.ZERO, false, Optional.empty(), "h264", "matroska");
    assertComesBack(result(plain, new VideoDamage(0, 0, List.of()), List.of()));
  }

  /** Pictures stay where they are, and a face in a frame takes 150 bytes at most. */
  @Test
  void isSmall() throws IOException {
    Shot shot = new Shot(Duration.ZERO, 0.5, new RgbImage(64, 64, new byte[3 * 64 * 64]));
    Sighting sighting = new Sighting(1, Duration.ZERO, face(1), 0.5, Optional.empty());
    FaceTrack face =
        new FaceTrack(
            1,
            Collections.nCopies(1000, sighting),
            new Estimate(0.5, 0.4, 0.6),
            Verdict.REAL,
            Optional.empty(),
            List.of(shot),
            List.of(shot));
    byte[] bytes = VideoBytes.of(result(INFO, DAMAGE, List.of(face)));
    assertTrue(bytes.length < 150_000, bytes.length + " bytes");
    FaceTrack read = VideoBytes.read(bytes, VIDEO).faces().get(0);
    assertEquals(face.sightings(), read.sightings());
    assertEquals(List.of(), read.strongest());
    assertEquals(List.of(), read.shots());
  }

  /** By the name that it has on the driver. */
  @Test
  void whatIsNoVideoSaysWhy() throws IOException {
    byte[] bytes = VideoBytes.of(new VideoException("/tmp/copy.mp4", "the file is empty"));
    VideoException e = assertThrows(VideoException.class, () -> VideoBytes.read(bytes, VIDEO));
    assertEquals(VIDEO, e.file());
    assertEquals("the file is empty", e.reason());
    assertEquals(VIDEO + ": the file is empty", e.getMessage());
  }
}
