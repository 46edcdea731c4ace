package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.loss.Dummies;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoReader;
import io.dmyt.video.VideoWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts on videos, through the command line. */
class PredictVideoTest {
  private static final Path FACES = Path.of("../core/src/test/resources/faces");
  private static final Path MODEL = FACES.resolve("yunet.onnx");

  @TempDir static Path folder;
  private static Path detector;
  private static Path clip;
  private static Path empty;

  @BeforeAll
  static void makeFiles() throws IOException {
    List<String> classes = List.of("fake", "real");
    detector = folder.resolve("detector.zip");
    try (Detector made =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(64),
                LossKind.DMYT,
                Dummies.of(classes, 512),
                null),
            1)) {
      made.save(detector);
    }
    clip = folder.resolve("clip.mp4");
    RgbImage frame;
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(64))) {
      frame = decoder.rgb(FACES.resolve("astronaut.jpg"));
    }
    try (VideoWriter writer = new VideoWriter(clip, 512, 512, VideoFormat.of(clip))) {
      for (int i = 0; i < 6; i++) {
        writer.write(frame, Duration.ofMillis(100L * i));
      }
      writer.finish();
    }
    empty = Files.createFile(folder.resolve("empty.mp4"));
  }

  @Test
  void sayWhatTheFacesInAVideoAre() throws IOException {
    Path json = folder.resolve("out.json");
    Path csv = folder.resolve("out.csv");
    Path report = folder.resolve("report.html");
    Path annotated = folder.resolve("annotated.webm");
    Cli.Result result =
        Cli.run(
            "predict",
            "-w",
            detector,
            clip,
            "--face-model",
            MODEL,
            "--frames",
            4,
            "--json",
            json,
            "--csv",
            csv,
            "--report",
            report,
            "--annotate",
            annotated,
            "--threshold",
            0);
    assertEquals(0, result.code(), result.all());
    assertTrue(
        result.out().matches("(?s)P\\(fake\\) .*FAKE +4 .* 1  .*clip.mp4.*FAKE +4 .* all  .*"),
        result.out());
    assertTrue(
        result
            .err()
            .contains(
                "faces        found by YuNet, cut out: aligned, scale 1.3, 256 pixels (the detector"
                    + " doesn't say how it was given faces)"),
        result.err());
    assertTrue(result.err().contains("1 video: 1 fake, 0 real, 0 without"), result.err());
    JsonNode video = new ObjectMapper().readTree(json.toFile()).get("videos").get(0);
    assertEquals("fake", video.get("verdict").asText());
    assertEquals(4, video.get("faces").get(0).get("sightings").size());
    double mean = 0;
    for (JsonNode sighting : video.get("faces").get(0).get("sightings")) {
      mean += sighting.get("fakeProbability").asDouble() / 4;
      assertEquals(5, sighting.get("landmarks").size());
    }
    assertEquals(mean, video.get("fakeProbability").asDouble(), 1e-9);
    List<String> rows = Files.readAllLines(csv);
    assertEquals(3, rows.size());
    assertTrue(rows.get(1).startsWith(clip + ",1,0.0,0.5,4,4,"), rows.get(1));
    assertTrue(rows.get(2).startsWith(clip + ",all,0.0,0.6,4,4,"), rows.get(2));
    String page = Files.readString(report);
    assertTrue(page.contains("FAKE: P(fake) of face 1 is "), page.substring(0, 300));
    assertTrue(page.contains("4 of 6 looked at"));
    // Four small pictures and four with heat maps.
    assertEquals(9, page.split("<img ", -1).length);
    try (VideoReader reader = VideoReader.open(annotated, FrameSelection.all())) {
      assertEquals(6, reader.info().frames());
    }
  }

  @Test
  void aLinePerVideoForPipes() throws IOException {
    Cli.Result result =
        Cli.run(
            "predict", "-w", detector, clip, empty, "--face-model", MODEL, "--jsonl", "--fps", 2);
    assertEquals(1, result.code(), result.all());
    List<String> lines = result.out().lines().toList();
    assertEquals(2, lines.size());
    JsonNode video = new ObjectMapper().readTree(lines.get(0));
    // At 0 and 0.5 s: too few for a verdict.
    assertEquals("none", video.get("verdict").asText());
    assertTrue(video.get("fakeProbability").isNull());
    assertEquals("the face was scored in 2 frames, 3 are needed", video.get("reason").asText());
    assertEquals(
        "the file is empty", new ObjectMapper().readTree(lines.get(1)).get("error").asText());
    assertTrue(result.err().contains(empty + ": the file is empty"), result.err());
  }

  @Test
  void exitCodeOfAFake() {
    Cli.Result result =
        Cli.run(
            "predict",
            "-w",
            detector,
            clip,
            "--face-model",
            MODEL,
            "--frames",
            4,
            "--threshold",
            0,
            "--fail-on-fake",
            "--video-score",
            "top-k");
    assertEquals(3, result.code(), result.all());
  }

  @Test
  void withoutAModelAndANetworkTheCascadeFindsFaces() {
    String before = System.setProperty("dmyt.cache", folder.resolve("cache").toString());
    try {
      Cli.Result result =
          Cli.run("predict", "-w", detector, clip, "--frames", 3, "--offline", "--every", 1);
      assertEquals(2, result.code(), result.all());
      result = Cli.run("predict", "-w", detector, clip, "--frames", 3, "--offline");
      assertEquals(0, result.code(), result.all());
      assertTrue(
          result.err().contains("faces are found by OpenCV's cascade, which misses many"),
          result.err());
      assertTrue(result.err().contains("or pass --face-model FILE"), result.err());
      assertTrue(result.out().contains(" all  "), result.out());
    } finally {
      if (before == null) {
        System.clearProperty("dmyt.cache");
      } else {
        System.setProperty("dmyt.cache", before);
      }
    }
  }

  @Test
  void wholeFrames() {
    Cli.Result result =
        Cli.run(
            "predict",
            "-w",
            detector,
            clip,
            "--face-model",
            MODEL,
            "--faces",
            "off",
            "--frames",
            0);
    assertEquals(0, result.code(), result.all());
    assertTrue(result.err().contains("not looked for: whole frames are scored"), result.err());
  }

  @Test
  void theFaceInAPicture() throws IOException {
    Path photo = FACES.resolve("astronaut.jpg");
    Path noFace = folder.resolve("grey.png");
    ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", noFace.toFile());
    Cli.Result whole = Cli.run("predict", "-w", detector, photo);
    assertEquals(0, whole.code(), whole.all());
    Cli.Result faces =
        Cli.run("predict", "-w", detector, photo, noFace, "--faces", "on", "--face-model", MODEL);
    assertEquals(1, faces.code(), faces.all());
    assertTrue(faces.err().contains("pictures     the largest face, found by YuNet"), faces.err());
    assertTrue(faces.err().contains(noFace + ": can't be read: no face found in it"), faces.err());
    String scored = faces.out().lines().filter(l -> l.endsWith("astronaut.jpg")).findFirst().get();
    assertFalse(whole.out().contains(scored), scored);
  }

  @Test
  void wrongUse() throws IOException {
    Path image = FACES.resolve("astronaut.jpg");
    assertUsage("--report and --annotate show videos", image, "--report", folder.resolve("a.html"));
    assertUsage("--annotate: ", clip, "--annotate", folder.resolve("a.gif"));
    assertUsage("--video-score takes mean, median, max or top-k", clip, "--video-score", "most");
    assertUsage("--explain shows images", clip, "--explain", folder.resolve("shown"));
    Cli.Result result =
        Cli.run("predict", "-w", detector, clip, image, "--csv", folder.resolve("a.csv"));
    assertEquals(2, result.code(), result.all());
    Path text = Files.writeString(folder.resolve("model.onnx"), "none");
    result = Cli.run("predict", "-w", detector, clip, "--face-model", text);
    assertEquals(1, result.code(), result.all());
    assertTrue(result.err().contains("not a face detector"), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  private static void assertUsage(String message, Path input, Object... options) {
    Object[] arguments = new Object[4 + options.length];
    arguments[0] = "predict";
    arguments[1] = "-w";
    arguments[2] = detector;
    arguments[3] = input;
    System.arraycopy(options, 0, arguments, 4, options.length);
    Cli.Result result = Cli.run(arguments);
    assertEquals(2, result.code(), result.all());
    assertTrue(result.err().contains(message), result.err());
  }
}
