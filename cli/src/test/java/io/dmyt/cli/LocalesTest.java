package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command in programs whose locale has a decimal comma or digits of its own: what it prints
 * and writes is the same, and the locale stays the program's.
 */
class LocalesTest {
  /** Germany writes 0,9939, Iran ۰٫۹۹۳۹. */
  private static final List<Locale> LOCALES =
      List.of(Locale.GERMANY, Locale.forLanguageTag("fa-IR"));

  private static final Pattern FOREIGN = Pattern.compile("[\\p{Nd}&&[^0-9]]|[0-9]٫[0-9]");

  /** 0,9939 and 50,00 %, but not 1,234 MB nor lists such as [1,2]. */
  private static final Pattern COMMA = Pattern.compile("\\b[0-9]+,([0-9]{4}\\b|[0-9]+ ?%)");

  private final Locale locale = Locale.getDefault();
  @TempDir Path shared;

  @AfterEach
  void restore() {
    Locale.setDefault(locale);
  }

  /** What the commands that compute the same each time have printed and written, by name. */
  private Map<String, String> outputs(Path dataset, Path trained, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path detector = Files.copy(trained, folder.resolve("detector.zip"));
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    List<List<Object>> commands =
        List.of(
            List.of("calibrate", "-w", detector, "-d", dataset, "--no-cache"),
            List.of("info", "-w", detector),
            List.of("models"),
            List.of("embed", dataset, "-w", detector, "-o", folder.resolve("rows.npy")),
            List.of("convert", detector, folder.resolve("weights.safetensors")),
            List.of("convert", detector, folder.resolve("other.zip"), "--model", "resnet50"),
            List.of(
                "predict",
                "-w",
                detector,
                dataset.resolve("test"),
                broken,
                "--explain",
                folder.resolve("maps"),
                "--csv",
                folder.resolve("p.csv"),
                "--json",
                folder.resolve("p.json")),
            List.of(
                "predict",
                "-w",
                detector,
                dataset.resolve("test"),
                "--video-by",
                "folder",
                "--jsonl"),
            List.of(
                "test",
                "-w",
                detector,
                "-d",
                dataset,
                "--classifier",
                "dummies,svm",
                "--corrupt",
                "jpeg",
                "--video-by",
                "folder",
                "--bootstrap",
                20,
                "--json",
                folder.resolve("t.json"),
                "--report",
                folder.resolve("t.html"),
                "--no-cache"),
            shard(1, dataset, detector, folder),
            shard(2, dataset, detector, folder),
            List.of(
                "merge",
                folder.resolve("1.csv"),
                folder.resolve("2.csv"),
                "-o",
                folder.resolve("merged.csv")),
            List.of("detectors"),
            List.of("test", "-w", detector, "-d", dataset, "--bootstrap", "-1"));
    Map<String, String> outputs = new TreeMap<>();
    for (List<Object> command : commands) {
      Cli.Result result = Cli.run(command.toArray());
      outputs.put(command.toString(), result.code() + "\n" + result.all());
    }
    outputs.putAll(texts(folder));
    Map<String, String> movable = new TreeMap<>();
    outputs.forEach(
        (name, text) -> movable.put(movable(name, folder), steady(movable(text, folder))));
    return movable;
  }

  private static List<Object> shard(int number, Path dataset, Path detector, Path folder) {
    return List.of(
        "predict",
        dataset.resolve("test"),
        "-w",
        detector,
        "-b",
        2,
        "--csv",
        folder.resolve(number + ".csv"),
        "--shard",
        number + "/2");
  }

  private static String movable(String text, Path folder) {
    return text.replace(folder.toString(), "FOLDER");
  }

  /** Without times of day and speed. */
  private static String steady(String text) {
    return text.replaceAll("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ|[\\d.]+ images/s", "TIME");
  }

  /** All but shards' notes, whose digest of a detector depends on when it was calibrated. */
  private static Map<String, String> texts(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*(?<!\\.shard)\\.(csv|json|html)")).toList()) {
        texts.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return texts;
  }

  @Test
  void everythingIsTheSame_inEveryLocale() throws IOException {
    Path top = Files.createDirectories(shared.resolve("Bücher 图"));
    Path dataset = Cli.dataset(top.resolve("Köpfe"), List.of("fälschung", "real"), 4);
    Locale.setDefault(Locale.ROOT);
    Path trained = train(dataset, top.resolve("ROOT"));
    Map<String, String> expected = outputs(dataset, trained, top.resolve("outputs"));
    // Fourteen commands, of which three fail as they should, and eight files.
    assertEquals(22, expected.size(), expected.keySet().toString());
    assertEquals(3, expected.values().stream().filter(t -> t.matches("(?s)[12]\n.*")).count());
    for (Locale other : LOCALES) {
      Locale.setDefault(other);
      assertNotEquals("1234.5", String.format("%.1f", 1234.5), "the locale is like any other");
      Path folder = top.resolve(other.toLanguageTag());
      Map<String, String> found = outputs(dataset, trained, folder);
      assertEquals(expected.keySet(), found.keySet());
      List<String> differing = new ArrayList<>();
      expected.forEach(
          (name, text) -> {
            if (!text.equals(found.get(name))) {
              differing.add(name + "\n" + text + "\n" + found.get(name));
            }
          });
      assertEquals(List.of(), differing, other.toString());
      assertEquals(other, Locale.getDefault(Locale.Category.FORMAT));
    }
  }

  /** Training, measuring and the machine's report take times, which are never the same twice. */
  @Test
  void numbersAreWrittenAlike_inEveryLocale() throws IOException {
    Path top = Files.createDirectories(shared.resolve("Bücher 图"));
    Path dataset = Cli.dataset(top.resolve("Köpfe"), List.of("fälschung", "real"), 4);
    for (Locale other : LOCALES) {
      Locale.setDefault(other);
      Path folder = top.resolve(other.toLanguageTag());
      train(dataset, folder);
      texts(folder).forEach(LocalesTest::assertPlain);
      Path json = folder.resolve("bench.json");
      assertPlain(
          "bench",
          succeeds(
              "bench",
              "-m",
              "mobilenetv3_small_100",
              "--image-size",
              32,
              "-b",
              2,
              "--rounds",
              1,
              "--train",
              "--layers",
              "--json",
              json));
      assertPlain("bench.json", Files.readString(json));
      assertPlain("info", succeeds("info"));
      assertPlain("help", succeeds("train", "--help"));
    }
  }

  @Test
  void facesAreCutOutAlike_inEveryLocale() throws IOException {
    Path top = Files.createDirectories(shared.resolve("Bücher 图"));
    Path videos = top.resolve("Köpfe");
    Path faces = Path.of("../core/src/test/resources/faces");
    RgbImage frame;
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(64))) {
      frame = decoder.rgb(faces.resolve("astronaut.jpg"));
    }
    for (String name : List.of("fälschung/é.mp4", "real/ü 1.mp4")) {
      Path video = videos.resolve(name);
      Files.createDirectories(video.getParent());
      try (VideoWriter writer = new VideoWriter(video, 512, 512, VideoFormat.of(video))) {
        writer.write(frame, Duration.ZERO);
        writer.write(frame, Duration.ofMillis(40));
        writer.finish();
      }
    }
    Map<String, String> expected = null;
    for (Locale other : List.of(Locale.ROOT, LOCALES.get(0), LOCALES.get(1))) {
      Locale.setDefault(other);
      Path folder = top.resolve("to-" + other.toLanguageTag());
      String said =
          succeeds("faces", videos, "-o", folder, "--face-model", faces.resolve("yunet.onnx"));
      assertPlain("faces", said);
      Map<String, String> found = new TreeMap<>(texts(folder));
      assertFalse(found.isEmpty());
      found.put("said", said);
      found.replaceAll((name, text) -> steady(movable(text, folder)));
      expected = expected == null ? found : expected;
      assertEquals(expected, found, other.toString());
    }
  }

  private static Path train(Path dataset, Path folder) {
    Path detector = folder.resolve("detector.zip");
    assertPlain(
        "train",
        succeeds(
            "train",
            "-d",
            dataset,
            "-m",
            "mobilenetv3_small_100",
            "--image-size",
            32,
            "-e",
            1,
            "-b",
            4,
            "--pretrained",
            "none",
            "-o",
            detector));
    return detector;
  }

  private static String succeeds(Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertEquals(0, result.code(), result.all());
    return result.all();
  }

  private static void assertPlain(String name, String text) {
    for (Pattern wrong : List.of(FOREIGN, COMMA)) {
      Matcher matcher = wrong.matcher(text);
      assertFalse(matcher.find(), () -> name + ": " + matcher.group() + " in\n" + text);
    }
    assertTrue(text.matches("(?s).*[0-9].*"), name);
  }
}
