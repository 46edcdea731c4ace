package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Names that are no text in any encoding go through every command. */
@EnabledOnOs(OS.LINUX)
class FileNamesTest {
  @TempDir Path folder;

  /** {@code aé.png} in Latin-1, and another name that Java shows as the same characters. */
  private static List<Path> rename(Path images) throws Exception {
    return List.of(
        Files.move(images.resolve("00.png"), named(images, "a%E9.png")),
        Files.move(images.resolve("01.png"), named(images, "a%E8.png")));
  }

  private static Path named(Path folder, String escaped) {
    String base = folder.toUri().toString();
    return Path.of(URI.create(base + (base.endsWith("/") ? "" : "/") + escaped));
  }

  private static Cli.Result succeeds(Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertEquals(0, result.code(), result.all());
    return result;
  }

  @Test
  void namesThatAreNoUtf8_areReadAndTold() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 3);
    for (String split : List.of("train", "valid", "test")) {
      rename(dataset.resolve(split).resolve("fake"));
      Files.move(dataset.resolve(split).resolve("fake"), named(dataset.resolve(split), "f%E4ke"));
    }
    Path detector = folder.resolve("detector.zip");
    succeeds(
        "train",
        "-d",
        dataset,
        "-o",
        detector,
        "-m",
        "resnet18",
        "--image-size",
        32,
        "-b",
        2,
        "-e",
        1,
        "--pretrained",
        "none");
    assertTrue(Cli.run("info", "-w", detector).out().contains("f%E4ke, real (real: real)"));
    succeeds("calibrate", "-w", detector, "-d", dataset);
    Path report = folder.resolve("report.html");
    succeeds("test", "-w", detector, "-d", dataset, "--report", report, "--bootstrap", 0);

    Path maps = folder.resolve("maps");
    Path csv = folder.resolve("rows.csv");
    Cli.Result predicted =
        succeeds(
            "predict", dataset.resolve("test"), "-w", detector, "--explain", maps, "--csv", csv);
    for (String name : List.of("a%E9.png", "a%E8.png", "02.png")) {
      assertTrue(predicted.out().contains("/f%E4ke/" + name), predicted.out());
      assertTrue(Files.readString(csv).contains("/f%E4ke/" + name), Files.readString(csv));
      assertTrue(Files.exists(maps.resolve("f%E4ke/" + name + ".png")), name);
    }
    Path named = dataset.resolve("test/real/a\n\u001b[2Jb.png");
    Files.copy(dataset.resolve("test/real/00.png"), named);
    assertTrue(
        succeeds("predict", named, "-w", detector).out().contains("/real/a??[2Jb.png\n"),
        "one line without control characters");
    Files.delete(named);
    Path matrix = folder.resolve("e.npy");
    succeeds("embed", dataset, "-w", detector, "-o", matrix);
    try (Stream<String> rows = Files.lines(folder.resolve("e.csv"))) {
      assertEquals(3, rows.filter(row -> row.contains("a%E9.png")).count());
    }
  }
}
