package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.FaceCrop;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.face.Face;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.Point;
import io.dmyt.face.TestFaces;
import io.dmyt.loss.Dummies;
import io.dmyt.metric.VideoScore;
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
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoDetectorTest {
  /** Every pixel as it was, so that what is read is known. */
  private static final VideoFormat LOSSLESS =
      new VideoFormat("matroska", "ffv1", "bgr0", 1000, 1, 0, 1, Map.of());

  /** Each picture by itself, so that damage costs one. */
  private static final VideoFormat PICTURES =
      new VideoFormat("mov", "mjpeg", "yuvj420p", 1000, 1, 0, 1, Map.of());

  private static final int SIZE = 512;

  private static Detector detector;
  private static FaceDetector faces;
  private static RgbImage astronaut;

  @TempDir Path folder;

  @BeforeAll
  static void load() throws IOException {
    List<String> classes = List.of("fake", "real");
    detector =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(64).withFaces(FaceCrop.aligned()),
                LossKind.DMYT,
                Dummies.of(classes, 512),
                null),
            1);
    faces = TestFaces.detector();
    astronaut = TestFaces.astronaut();
  }

  @AfterAll
  static void close() {
    faces.close();
    detector.close();
  }

  private Path video(int frames, IntFunction<RgbImage> frame) throws IOException {
    long[] millis = LongStream.range(0, frames).map(i -> 100 * i).toArray();
    return video("clip.mkv", LOSSLESS, frame, millis);
  }

  private Path video(String name, VideoFormat format, IntFunction<RgbImage> frame, long... millis)
      throws IOException {
    Path file = folder.resolve(name);
    RgbImage first = frame.apply(0);
    try (VideoWriter writer = new VideoWriter(file, first.width(), first.height(), format)) {
      for (int i = 0; i < millis.length; i++) {
        writer.write(frame.apply(i), Duration.ofMillis(millis[i]));
      }
      writer.finish();
    }
    return file;
  }

  private static VideoResult judge(Path video, ScreeningOptions options) throws IOException {
    return new VideoDetector(detector, faces, options).predict(video);
  }

  private static ScreeningOptions all() {
    return ScreeningOptions.DEFAULT.withFrames(FrameSelection.all());
  }

  private static RgbImage scene(int left) {
    RgbImage scene = TestFaces.grey(800, SIZE);
    TestFaces.paste(astronaut, scene, left, 0);
    return scene;
  }

  /** The scores are the detector's of the crops, and the face's is their mean. */
  @Test
  void scoresAFaceThatMoves() throws IOException {
    Path file = video(6, i -> scene(20 * i));
    VideoResult result = judge(file, all());
    assertEquals(1, result.faces().size());
    FaceTrack face = result.faces().get(0);
    assertEquals(6, face.scored());
    double sum = 0;
    for (int i = 0; i < 6; i++) {
      Sighting sighting = face.sightings().get(i);
      assertEquals(i, sighting.frame());
      assertEquals(Duration.ofMillis(100L * i), sighting.time());
      RgbImage scene = scene(20 * i);
      Face found = faces.detect(scene).get(0);
      assertEquals(Optional.of(found), sighting.face());
      RgbImage crop = FaceCropper.crop(scene, found, FaceCrop.aligned());
      double expected =
          detector.predictSamples(List.of(Sample.of("crop", crop))).get(0).fakeProbability();
      assertEquals(expected, sighting.fakeProbability(), 1e-5);
      sum += expected;
    }
    assertEquals(sum / 6, face.score().value(), 1e-5);
    assertTrue(face.score().low() <= face.score().value());
    assertTrue(face.score().high() >= face.score().value());
    assertEquals(face.score(), result.score());
    assertEquals(face.score().value() >= 0.5 ? Verdict.FAKE : Verdict.REAL, result.verdict());
    assertEquals(4, face.strongest().size());
    assertEquals(6, face.shots().size());
    assertEquals(
        face.sightings().stream().mapToDouble(Sighting::fakeProbability).max().orElseThrow(),
        face.strongest().get(0).fakeProbability());
  }

  @Test
  void theHighestFaceDecides() throws IOException {
    RgbImage two = TestFaces.grey(1024, SIZE);
    TestFaces.paste(astronaut, two, 0, 0);
    TestFaces.paste(astronaut.resize(300, 300), two, 600, 150);
    VideoResult result = judge(video(4, i -> two), all().withScore(VideoScore.MAX));
    assertEquals(2, result.faces().size());
    double highest =
        result.faces().stream().mapToDouble(f -> f.score().value()).max().orElseThrow();
    assertEquals(highest, result.score().value());
    assertTrue(result.faces().stream().allMatch(f -> f.scored() == 4));
  }

  /** After the cut another shot begins, and with it another face. */
  @Test
  void aCutPartsFaces() throws IOException {
    RgbImage dark = new RgbImage(800, SIZE, new byte[3 * 800 * SIZE]);
    TestFaces.paste(astronaut.resize(256, 256), dark, 500, 200);
    VideoResult result = judge(video(8, i -> i < 5 ? scene(0) : dark), all());
    assertEquals(1, result.cuts());
    assertEquals(List.of(5, 3), result.faces().stream().map(f -> f.sightings().size()).toList());
  }

  /**
   * The face, of some 100 pixels, moves by so many to the right from frame to frame; where it ends
   * is the face detector's guess, which changes a little.
   */
  private static void assertMoves(FaceTrack face, RgbImage first, int step) {
    Point start = faces.detect(first).get(0).box().centre();
    for (Sighting sighting : face.sightings()) {
      Point found = sighting.face().orElseThrow().box().centre();
      assertEquals(start.x() + step * sighting.frame(), found.x(), 10, sighting.toString());
      assertEquals(start.y(), found.y(), 10, sighting.toString());
    }
  }

  @Test
  void aTurnedVideoIsSeenUpright() throws IOException {
    VideoFormat format = VideoFormat.of(Path.of("clip.mp4")).withTurn(90);
    Path file = video("clip.mp4", format, i -> turnedLeft(scene(20 * i)), 0, 100, 200, 300);
    VideoResult result = judge(file, all());
    assertEquals(800, result.info().width());
    assertEquals(1, result.faces().size());
    assertEquals(4, result.faces().get(0).scored());
    assertMoves(result.faces().get(0), scene(0), 20);
  }

  private static RgbImage turnedLeft(RgbImage picture) {
    byte[] pixels = new byte[picture.pixels().length];
    for (int y = 0; y < picture.width(); y++) {
      for (int x = 0; x < picture.height(); x++) {
        int from = 3 * (x * picture.width() + picture.width() - 1 - y);
        System.arraycopy(picture.pixels(), from, pixels, 3 * (y * picture.height() + x), 3);
      }
    }
    return new RgbImage(picture.height(), picture.width(), pixels);
  }

  @Test
  void sightingsHaveTheTimesOfAVariableRate() throws IOException {
    long[] millis = {0, 30, 400, 410, 900, 1700};
    VideoResult result = judge(video("clip.mkv", LOSSLESS, i -> scene(20 * i), millis), all());
    assertTrue(result.info().variableRate());
    assertEquals(1, result.faces().size());
    FaceTrack face = result.faces().get(0);
    assertArrayEquals(
        millis, face.sightings().stream().mapToLong(s -> s.time().toMillis()).toArray());
    assertMoves(face, scene(0), 20);
  }

  /** The frame that is lost is missing among the sightings, and the face stays the same one. */
  @Test
  void damageCostsItsFrameAndNotTheTrack() throws IOException {
    Path file = video("clip.mov", PICTURES, i -> scene(20 * i), 0, 100, 200, 300, 400, 500, 600);
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(1);
    for (int i = bytes.length / 2; i < bytes.length / 2 + 300; i++) {
      bytes[i] = (byte) random.nextInt(256);
    }
    Files.write(file, bytes);
    VideoResult result = judge(file, all());
    assertEquals(1, result.damage().frames());
    assertEquals(6, result.read());
    assertEquals(1, result.faces().size());
    FaceTrack face = result.faces().get(0);
    assertEquals(
        List.of(0, 1, 2, 4, 5, 6), face.sightings().stream().map(Sighting::frame).toList());
    assertMoves(face, scene(0), 20);
  }

  @Test
  void aSmallFaceIsFollowedThroughFourK() throws IOException {
    IntFunction<RgbImage> scene =
        i -> {
          RgbImage wide = TestFaces.grey(3840, 2160);
          TestFaces.paste(astronaut, wide, 2500 + 60 * i, 1200);
          return wide;
        };
    Path file = video("clip.mp4", VideoFormat.of(Path.of("clip.mp4")), scene, 0, 100, 200);
    VideoResult result = judge(file, all());
    assertEquals(1, result.faces().size());
    assertEquals(3, result.faces().get(0).scored());
    assertMoves(result.faces().get(0), scene.apply(0), 60);
  }

  private static void assertNoVerdict(VideoResult result, String reason) {
    assertEquals(Verdict.NONE, result.verdict());
    assertTrue(Double.isNaN(result.score().value()));
    assertEquals(Optional.of(reason), result.reason());
  }

  @Test
  void withoutAFaceThereIsNoVerdict() throws IOException {
    VideoResult result = judge(video(40, i -> TestFaces.grey(320, 240)), ScreeningOptions.DEFAULT);
    assertNoVerdict(result, "no face found in 32 frames");
    assertEquals(32, result.read());
  }

  @Test
  void ofOneFrameThereIsNoVerdict() throws IOException {
    assertNoVerdict(
        judge(video(1, i -> scene(0)), ScreeningOptions.DEFAULT),
        "the face was scored in 1 frame, 3 are needed");
    assertTrue(
        judge(video(1, i -> scene(0)), ScreeningOptions.DEFAULT.withMinFrames(1)).verdict()
            != Verdict.NONE);
  }

  @Test
  void ofASmallFaceThereIsNoVerdict() throws IOException {
    RgbImage small = TestFaces.grey(640, 480);
    TestFaces.paste(astronaut.resize(128, 128), small, 300, 200);
    assertNoVerdict(
        judge(video(4, i -> small), all()),
        "the face was scored in 0 frames, 3 are needed; too small in 4");
  }

  @Test
  void ofABlurredFaceThereIsNoVerdict() throws IOException {
    RgbImage blurred = astronaut.resize(44, 44).resize(SIZE, SIZE);
    assertNoVerdict(
        judge(video(4, i -> blurred), all()),
        "the face was scored in 0 frames, 3 are needed; too blurred in 4");
  }

  @Test
  void wholeFramesAreScoredWithoutLookingForFaces() throws IOException {
    RgbImage grey = TestFaces.grey(320, 240);
    VideoResult result = judge(video(4, i -> grey), all().withFindsFaces(false));
    double expected =
        detector.predictSamples(List.of(Sample.of("grey", grey))).get(0).fakeProbability();
    assertEquals(expected, result.score().value(), 1e-5);
    assertEquals(Optional.empty(), result.faces().get(0).sightings().get(0).face());
  }

  @Test
  void longVideosKeepFewPictures() throws IOException {
    VideoResult result =
        judge(video(130, i -> TestFaces.grey(64, 64)), all().withFindsFaces(false));
    FaceTrack track = result.faces().get(0);
    assertEquals(130, track.scored());
    assertEquals(33, track.shots().size());
    assertEquals(Duration.ZERO, track.shots().get(0).time());
    assertEquals(Duration.ofMillis(12_800), track.shots().get(32).time());
  }
}
