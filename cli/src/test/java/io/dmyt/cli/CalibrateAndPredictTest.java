package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verdict on the user's own files, through the command line. */
class CalibrateAndPredictTest {
  @TempDir static Path shared;
  private static Path dataset;
  private static Path trained;

  @TempDir Path folder;
  private Path detector;

  @BeforeAll
  static void train() throws Exception {
    dataset = Cli.dataset(shared.resolve("data"), List.of("deepfake", "faceswap", "real"), 8);
    trained = shared.resolve("detector.zip");
    Cli.Result result =
        Cli.run(
            "train",
            "-d",
            dataset,
            "-o",
            trained,
            "-m",
            "resnet18",
            "--image-size",
            32,
            "-b",
            4,
            "-e",
            2,
            "--lr",
            1e-3,
            "-lw",
            "auto",
            "--pretrained",
            "none");
    assertEquals(0, result.code(), result.all());
  }

  @BeforeEach
  void copyDetector() throws Exception {
    detector = Files.copy(trained, folder.resolve("detector.zip"));
  }

  private static Calibration calibration(Path file) throws Exception {
    try (Detector loaded = Detector.load(file)) {
      return loaded.calibration();
    }
  }

  @Test
  void calibratesForAWantedFalsePositiveRate() throws Exception {
    Cli.Result result = Cli.run("calibrate", "-w", detector, "-d", dataset, "--fpr", 0.25);
    assertEquals(0, result.code(), result.all());
    for (String metric :
        List.of("log loss", "calibration error", "threshold", "false positive", "true positive")) {
      assertTrue(result.out().contains(metric), result.out());
    }
    Calibration calibration = calibration(detector);
    assertEquals(Calibration.Kind.TEMPERATURE, calibration.kind());
    OperatingPoint point = calibration.operatingPoint();
    assertEquals("false positive rate at most 0.25", point.criterion());
    assertTrue(point.falsePositiveRate() <= 0.25, point.toString());
  }

  @Test
  void calibratesIntoAnotherFile() throws Exception {
    byte[] before = Files.readAllBytes(detector);
    Path output = folder.resolve("new/calibrated.zip");
    Cli.Result result =
        Cli.run(
            "calibrate",
            "-w",
            detector,
            "-d",
            dataset,
            "--split",
            "test",
            "--method",
            "platt",
            "-o",
            output);
    assertEquals(0, result.code(), result.all());
    assertEquals(Calibration.Kind.PLATT, calibration(output).kind());
    assertEquals("equal error rate", calibration(output).operatingPoint().criterion());
    assertEquals(-1, java.util.Arrays.mismatch(before, Files.readAllBytes(detector)));
  }

  @Test
  void takesAThresholdAsGivenAndSaysSo() throws Exception {
    Cli.Result result =
        Cli.run(
            "calibrate", "-w", detector, "-d", dataset, "--method", "none", "--threshold", 0.75);
    assertEquals(0, result.code(), result.all());
    Calibration calibration = calibration(detector);
    assertEquals(Calibration.Kind.NONE, calibration.kind());
    assertEquals(0.75, calibration.operatingPoint().threshold());
    assertTrue(result.err().contains("fake from P(fake) 0.7500 on (given)"), result.err());
  }

  @Test
  void saysWhatFewRealImagesCanNotShow() {
    Cli.Result result = Cli.run("calibrate", "-w", detector, "-d", dataset, "--fpr", 0.01);
    assertEquals(0, result.code(), result.all());
    assertTrue(result.err().contains("only 8 real images"), result.err());
    assertTrue(result.err().contains("takes at least 100"), result.err());
  }

  private static List<JsonNode> lines(Cli.Result result) {
    return result.out().lines().map(CalibrateAndPredictTest::json).toList();
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  @Test
  void saysOfEveryFileWhatTheLibrarySays() throws Exception {
    Path single = dataset.resolve("test/real/00.png");
    Path odd = Files.copy(single, folder.resolve("a, \"b\".png"));
    Path images = dataset.resolve("test/faceswap");
    Path csv = folder.resolve("new/rows.csv");
    Path json = folder.resolve("all.json");
    // A file that is named twice is one file.
    Cli.Result result =
        Cli.run(
            "predict",
            odd,
            images,
            images.resolve("03.png"),
            single,
            "-w",
            detector,
            "--csv",
            csv,
            "--json",
            json,
            "-b",
            3);
    assertEquals(0, result.code(), result.all());
    List<Path> files = new ArrayList<>(List.of(odd));
    for (int i = 0; i < 8; i++) {
      files.add(images.resolve("%02d.png".formatted(i)));
    }
    files.add(single);

    List<String> table = result.out().lines().toList();
    List<String> rows = Files.readAllLines(csv);
    JsonNode document = json(Files.readString(json));
    assertEquals(11, table.size(), result.out());
    assertEquals(11, rows.size());
    assertEquals(10, document.get("images").size());
    assertEquals(
        0.5, document.get("calibration").get("operatingPoint").get("threshold").asDouble());
    assertTrue(rows.get(0).endsWith("distance real,distance fake root,error"), rows.get(0));
    try (Detector library = Detector.load(detector)) {
      List<Prediction> expected = library.predict(files);
      for (int i = 0; i < 10; i++) {
        Prediction p = expected.get(i);
        JsonNode image = document.get("images").get(i);
        assertEquals(p.id().toString(), image.get("file").asText());
        assertEquals(p.fakeProbability(), image.get("fakeProbability").asDouble(), 1e-5);
        assertEquals(p.fake() ? "fake" : "real", image.get("verdict").asText());
        assertEquals(p.label(), image.get("class").asText());
        assertEquals(
            p.probabilities().get(1), image.get("probabilities").get("faceswap").asDouble(), 1e-5);
        assertEquals(
            p.distances().get(3), image.get("distances").get("fake root").asDouble(), 1e-4);
        assertTrue(table.get(i + 1).endsWith("  " + p.id()), table.get(i + 1));
        assertTrue(table.get(i + 1).contains(p.fake() ? "FAKE" : "real"), table.get(i + 1));
      }
    }
    assertTrue(rows.get(1).startsWith('"' + odd.toString().replace("\"", "\"\"") + "\","));
    String summary = result.err().lines().filter(l -> l.startsWith("10 images")).findFirst().get();
    assertTrue(summary.matches("10 images: \\d+ fake, \\d+ real .*"), summary);
  }

  @Test
  void printsNothingButJsonForPipes() throws Exception {
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.copy(dataset.resolve("test/real/01.png"), images.resolve("a.png"));
    Files.writeString(images.resolve("b.jpg"), "no picture");
    Files.copy(dataset.resolve("test/real/02.png"), images.resolve("c.png"));
    Path csv = folder.resolve("rows.csv");
    Cli.Result result = Cli.run("predict", images, "-w", detector, "--jsonl", "--csv", csv);
    assertEquals(1, result.code(), result.all());
    List<String> rows = Files.readAllLines(csv);
    assertEquals(4, rows.size());
    int columns = rows.get(0).split(",", -1).length;
    for (String row : rows.subList(1, 4)) {
      assertEquals(columns, row.split(",", -1).length, row);
      boolean bad = row.startsWith(images + "/b.jpg,,,");
      assertEquals(
          bad, row.endsWith(",neither JPEG nor PNG nor WebP nor BMP nor GIF nor TIFF"), row);
      assertEquals(bad, !row.endsWith(","), row);
    }
    assertEquals(1, rows.stream().filter(row -> row.startsWith(images + "/b.jpg,,,")).count());
    List<JsonNode> lines = lines(result);
    assertEquals(3, lines.size());
    assertEquals(2, lines.stream().filter(l -> l.has("fakeProbability")).count());
    JsonNode bad = lines.stream().filter(l -> l.has("error")).findFirst().orElseThrow();
    assertEquals(images.resolve("b.jpg").toString(), bad.get("file").asText());
    assertTrue(result.err().contains("1 of the files are not images"), result.err());
    assertTrue(result.err().contains("b.jpg: neither JPEG"), result.err());
  }

  @Test
  void saysThatNoFileIsAnImage() throws Exception {
    Path text = Files.writeString(folder.resolve("a.png"), "no picture");
    Path json = folder.resolve("all.json");
    Cli.Result result = Cli.run("predict", text, "-w", detector, "--jsonl", "--json", json);
    assertEquals(1, result.code(), result.all());
    assertEquals(1, lines(result).size());
    assertTrue(result.err().contains("0 images"), result.err());
    assertEquals(1, json(Files.readString(json)).get("errors").size());
  }

  @Test
  void failsOnFakesOnlyIfAsked() {
    Path images = dataset.resolve("test/real");
    Object[] all = {"predict", images, "-w", detector, "--threshold", 0};
    assertEquals(0, Cli.run(all).code());
    Cli.Result fakes =
        Cli.run("predict", images, "-w", detector, "--threshold", 0, "--fail-on-fake");
    assertEquals(3, fakes.code(), fakes.all());
    Cli.Result none =
        Cli.run("predict", images, "-w", detector, "--threshold", 1, "--fail-on-fake");
    assertEquals(0, none.code(), none.all());
    assertTrue(none.err().contains("8 images: 0 fake, 8 real"), none.err());
  }

  @Test
  void summarisesVideos() throws Exception {
    Path images = Files.createDirectories(folder.resolve("frames"));
    for (int i = 0; i < 3; i++) {
      String source = "test/" + List.of("real", "deepfake", "faceswap").get(i) + "/00.png";
      Files.copy(dataset.resolve(source), images.resolve("one_%d.png".formatted(i)));
    }
    Files.copy(dataset.resolve("test/real/03.png"), images.resolve("two_0.png"));
    Cli.Result named =
        Cli.run(
            "predict",
            images,
            "-w",
            detector,
            "--jsonl",
            "--video-by",
            "name",
            "--video-score",
            "max");
    List<JsonNode> lines = lines(named);
    assertEquals(6, lines.size(), named.out());
    double[] scores =
        lines.subList(0, 3).stream()
            .mapToDouble(l -> l.get("fakeProbability").asDouble())
            .sorted()
            .toArray();
    JsonNode video = lines.get(4);
    assertEquals(images + "/one", video.get("video").asText());
    assertEquals(3, video.get("frames").asInt());
    assertEquals((scores[0] + scores[1] + scores[2]) / 3, video.get("mean").asDouble(), 1e-9);
    assertEquals(scores[1], video.get("median").asDouble());
    assertEquals(scores[2], video.get("max").asDouble());
    assertEquals(scores[2] >= 0.5 ? "fake" : "real", video.get("verdict").asText());
    assertEquals(images + "/two", lines.get(5).get("video").asText());

    Cli.Result folders = Cli.run("predict", images, "-w", detector, "--video-by", "folder");
    assertTrue(folders.out().lines().toList().get(7).endsWith("4  " + images), folders.out());
    assertTrue(folders.err().contains("1 video:"), folders.err());
  }

  @Test
  void drawsWhatSpeaksForFake() throws Exception {
    Path shown = folder.resolve("shown");
    Cli.Result result =
        Cli.run(
            "predict",
            dataset.resolve("test/real"),
            dataset.resolve("valid/faceswap/01.png"),
            "-w",
            detector,
            "--explain",
            shown);
    assertEquals(0, result.code(), result.all());
    BufferedImage picture = ImageIO.read(shown.resolve("test/real/02.png.png").toFile());
    assertEquals(32, picture.getWidth());
    assertTrue(Files.exists(shown.resolve("valid/faceswap/01.png.png")));
    try (Stream<Path> files = Files.walk(shown)) {
      assertEquals(9, files.filter(Files::isRegularFile).count());
    }

    Path ofClass = folder.resolve("class");
    Path image = dataset.resolve("test/real/02.png");
    Cli.run("predict", image, "-w", detector, "--explain", ofClass, "--explain-class", "real");
    BufferedImage real = ImageIO.read(ofClass.resolve("02.png.png").toFile());
    int different = 0;
    for (int i = 0; i < 32 * 32; i++) {
      different += real.getRGB(i % 32, i / 32) == picture.getRGB(i % 32, i / 32) ? 0 : 1;
    }
    assertTrue(different > 100, "the class's map is P(fake)'s");

    Cli.Result unknown =
        Cli.run("predict", image, "-w", detector, "--explain", ofClass, "--explain-class", "none");
    assertEquals(2, unknown.code(), unknown.all());
    assertTrue(unknown.err().contains("deepfake, faceswap, real"), unknown.err());
    assertEquals(2, Cli.run("predict", image, "-w", detector, "--explain-class", "real").code());
  }

  @Test
  void stopsWhenNobodyReadsOn() {
    PrintStream closed =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    closed.close();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] arguments = {
      "predict", dataset.resolve("test").toString(), "-w", detector.toString(), "--jsonl"
    };
    int code =
        Main.run(
            arguments,
            new Terminal(closed, new PrintStream(err, true, StandardCharsets.UTF_8), false));
    assertEquals(1, code);
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("standard output is closed"), said);
  }

  private Path triplet() throws Exception {
    List<String> classes = List.of("deepfake", "faceswap", "real");
    Path file = folder.resolve("triplet.zip");
    try (Detector untrained =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(32),
                LossKind.TRIPLET,
                Dummies.of(classes, 512),
                null),
            1)) {
      untrained.save(file);
    }
    return file;
  }

  @Test
  void asksForAnSvmWhereItTakesOne() throws Exception {
    Path file = triplet();
    Cli.Result result = Cli.run("predict", dataset, "-w", file);
    assertEquals(2, result.code(), result.all());
    assertTrue(result.err().contains("dmyt calibrate -w " + file), result.err());
    Path safetensors = folder.resolve("out.safetensors");
    Cli.Result refused = Cli.run("calibrate", "-w", file, "-d", dataset, "-o", safetensors);
    assertEquals(2, refused.code(), refused.all());
    assertTrue(refused.err().contains("in a .zip only"), refused.err());
  }

  /** Calibrated, a Triplet detector judges files as a test judges them, and shows why. */
  @Test
  void givesTripletAVerdict() throws Exception {
    Path file = triplet();
    Path before = folder.resolve("before.json");
    Cli.Result fitted = Cli.run("test", "-w", file, "-d", dataset, "--json", before);
    assertEquals(0, fitted.code(), fitted.all());
    Cli.Result calibrated = Cli.run("calibrate", "-w", file, "-d", dataset);
    assertEquals(0, calibrated.code(), calibrated.all());
    assertTrue(calibrated.err().contains("fitted on 24 training images"), calibrated.err());
    assertTrue(calibrated.err().contains("by its SVM; fake from"), calibrated.err());
    assertEquals(Calibration.Kind.PLATT, calibration(file).kind());

    Cli.Result info = Cli.run("info", "-w", file);
    assertEquals(0, info.code(), info.all());
    assertTrue(info.out().contains("24 images of train: deepfake 8, faceswap 8"), info.out());
    assertTrue(info.out().contains("24 images of valid: deepfake 8, faceswap 8"), info.out());
    Path after = folder.resolve("after.json");
    Path page = folder.resolve("report.html");
    Cli.Result tested =
        Cli.run("test", "-w", file, "-d", dataset, "--json", after, "--report", page);
    assertEquals(0, tested.code(), tested.all());
    JsonNode was = json(Files.readString(before));
    JsonNode is = json(Files.readString(after));
    assertEquals("svm", is.get("classifier").asText());
    assertEquals(was.get("report"), is.get("report"));
    assertEquals(auc(was), auc(is), 1e-12);
    assertTrue(is.at("/detection/images/metrics/logLoss/value").isNumber());
    assertTrue(Files.readString(page).contains("24 images of train: deepfake 8, faceswap 8"));

    Path shown = folder.resolve("shown");
    Cli.Result predicted =
        Cli.run("predict", dataset.resolve("test"), "-w", file, "--jsonl", "--explain", shown);
    assertEquals(0, predicted.code(), predicted.all());
    List<JsonNode> lines = lines(predicted);
    assertEquals(24, lines.size());
    double threshold = is.at("/detection/images/threshold").asDouble();
    long found = 0;
    for (JsonNode line : lines) {
      boolean fake = line.get("fakeProbability").asDouble() >= threshold;
      assertEquals(fake ? "fake" : "real", line.get("verdict").asText());
      assertTrue(!line.has("distances"), line.toString());
      found += fake && !line.get("file").asText().contains("/real/") ? 1 : 0;
    }
    assertEquals(
        is.at("/detection/images/metrics/truePositiveRate/value").asDouble(), found / 16.0, 1e-12);
    assertTrue(Files.exists(shown.resolve("real/00.png.png")));

    Path converted = folder.resolve("out.safetensors");
    Cli.Result convert = Cli.run("convert", file, converted);
    assertEquals(0, convert.code(), convert.all());
    assertTrue(convert.err().contains("left out     the SVM"), convert.err());
  }

  private static double auc(JsonNode metrics) {
    return metrics.at("/detection/images/metrics/rocAuc/value").asDouble();
  }
}
