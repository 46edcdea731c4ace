package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job through the command line, on small pictures. */
class TrainAndTestTest {
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");

  @TempDir Path folder;

  private Cli.Result train(Path dataset, String loss, Path output, Object... more) {
    return train(dataset, loss, 1e-3, output, more);
  }

  private Cli.Result train(Path dataset, String loss, double rate, Path output, Object... more) {
    Object[] arguments = {
      "train",
      "-d",
      dataset,
      "-o",
      output,
      "-m",
      "resnet18",
      "--image-size",
      32,
      "-b",
      4,
      "-e",
      2,
      "--lr",
      rate,
      "-l",
      loss,
      "--pretrained",
      "none"
    };
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Cli.run(all);
  }

  @ParameterizedTest
  @CsvSource({"DmyT", "triplet", "BCE"})
  void trainsAndTestsWithEveryLoss(String loss) throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), CLASSES, 8);
    Path output = folder.resolve("runs/one/detector.zip");
    Cli.Result trained = train(dataset, loss, output, "-lw", "auto");
    assertEquals(0, trained.code(), trained.all());
    assertTrue(trained.out().contains("Kept epoch"), trained.out());
    assertEquals(3, Files.readAllLines(output.resolveSibling("history.csv")).size());
    String page = Files.readString(output.resolveSibling("history.html"));
    assertEquals(loss.equals("triplet"), page.contains("Mined triplets in a batch by epoch"));
    assertEquals(loss.equals("triplet"), !page.contains("Accuracy by epoch"));
    assertTrue(page.contains("start none"), page);

    String facts = Cli.run("info", "-w", output).all();
    for (String fact :
        List.of("schedule halved every 3 epochs", "optimizer AdamW", "engine ", "precision f32")) {
      assertTrue(facts.contains(fact), facts);
    }

    Path json = folder.resolve("metrics.json");
    Cli.Result tested = Cli.run("test", "-w", output, "-d", dataset, "--json", json);
    assertEquals(0, tested.code(), tested.all());
    assertTrue(tested.out().contains("balanced accuracy"), tested.out());
    assertTrue(tested.out().contains("ROC AUC"), tested.out());
    JsonNode root = new ObjectMapper().readTree(json.toFile());
    JsonNode metrics = root.get("report");
    assertEquals(24, metrics.get("samples").intValue());
    assertEquals(3, metrics.get("recalls").size());
    JsonNode images = root.get("detection").get("images").get("metrics");
    assertTrue(images.get("rocAuc").get("low").isDouble(), images.toString());
    // An SVM's score is no probability.
    assertEquals(loss.equals("triplet"), images.get("logLoss").get("value").isNull());
  }

  @Test
  void givesTheSameLossesForTheSameSeed() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 6);
    Path first = folder.resolve("a/detector.zip");
    Path second = folder.resolve("b/detector.zip");
    Path third = folder.resolve("c/detector.zip");
    train(dataset, "DmyT", first, "--workers", 1);
    train(dataset, "DmyT", second, "--workers", 4);
    train(dataset, "DmyT", third, "--seed", 7);
    assertEquals(losses(first), losses(second));
    assertFalse(losses(first).equals(losses(third)));
  }

  private static List<String> losses(Path detector) throws Exception {
    return Files.readAllLines(detector.resolveSibling("history.csv")).stream()
        .map(line -> line.replaceFirst(",[^,]*,[^,]*$", ""))
        .toList();
  }

  @Test
  void keepsAnEarlierRunsFiles() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    Path output = folder.resolve("detector.zip");
    train(dataset, "DmyT", output);
    byte[] first = Files.readAllBytes(output);
    Cli.Result again = train(dataset, "DmyT", output);
    assertEquals(0, again.code(), again.all());
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        first, Files.readAllBytes(folder.resolve("detector.1.zip")));
    assertTrue(Files.exists(folder.resolve("history.1.csv")));
    assertTrue(Files.exists(folder.resolve("history.1.html")));
  }

  @Test
  void skipsAndNamesABrokenImage() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 6);
    Files.writeString(dataset.resolve("train/fake/broken.jpg"), "no picture");
    Path output = folder.resolve("detector.zip");
    Cli.Result skipped = train(dataset, "DmyT", output);
    assertEquals(0, skipped.code(), skipped.all());
    assertTrue(skipped.err().contains("broken.jpg"), skipped.err());

    Cli.Result failed = train(dataset, "DmyT", output, "--on-bad-image", "fail");
    assertEquals(1, failed.code());
    assertTrue(failed.err().contains("broken.jpg"), failed.err());

    Files.writeString(dataset.resolve("train/real/too.jpg"), "no picture");
    Cli.Result limited = train(dataset, "DmyT", output, "--bad-image-limit", 1);
    assertEquals(1, limited.code());
    assertTrue(limited.err().contains("; --bad-image-limit allows more"), limited.err());
  }

  /** A batch of one class has no triplets, and a validation loss of 0 says nothing. */
  @Test
  void validatesOnBatchesOfSeveralClasses() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path output = folder.resolve("detector.zip");
    // The learning rate is too low to separate the classes, so that there is something to mine.
    Cli.Result trained = train(dataset, "triplet", 1e-9, output);
    assertEquals(0, trained.code(), trained.all());
    List<String> epochs = Files.readAllLines(output.resolveSibling("history.csv"));
    for (String epoch : epochs.subList(1, epochs.size())) {
      assertTrue(Double.parseDouble(epoch.split(",", -1)[4]) > 0.01, epoch);
    }
  }

  @Test
  void tripletsOfAnotherKind() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path output = folder.resolve("detector.zip");
    Cli.Result trained =
        train(
            dataset,
            "triplet",
            output,
            "--miner",
            "batch-hard",
            "--distance",
            "cosine",
            "--sampler",
            "m-per-class=2");
    assertEquals(0, trained.code(), trained.all());
    List<String> epochs = Files.readAllLines(output.resolveSibling("history.csv"));
    List<String> names = List.of(epochs.get(0).split(",", -1));
    for (String epoch : epochs.subList(1, epochs.size())) {
      String[] values = epoch.split(",", -1);
      // A triplet for each image of a batch.
      assertEquals(4, Double.parseDouble(values[names.indexOf("triplets")]), epoch);
      for (String name : List.of("same_class_distance", "different_class_distance")) {
        double distance = Double.parseDouble(values[names.indexOf(name)]);
        assertTrue(distance > 0 && distance <= 2, epoch);
      }
      for (String name : List.of("precision_at_1", "map_at_r")) {
        double share = Double.parseDouble(values[names.indexOf(name)]);
        assertTrue(share >= 0 && share <= 1, epoch);
      }
    }
    assertRefused(
        "--miner, --miner-margin, --margin, --distance and --normalize need --loss Triplet",
        train(dataset, "DmyT", output, "--margin", 0.5));
    assertRefused(
        "--miner must be one of semihard, hard, all, batch-hard, found soft",
        train(dataset, "triplet", output, "--miner", "soft"));
    assertRefused(
        "the margin must be above 0, found -1.0",
        train(dataset, "triplet", output, "--margin", -1));
  }

  private static void assertRefused(String why, Cli.Result result) {
    assertEquals(2, result.code(), result.all());
    assertTrue(result.err().contains("dmyt: " + why), result.err());
  }

  @Test
  void aDivergedRunStopsAndLeavesEarlierFilesAlone() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    Path output = folder.resolve("detector.zip");
    for (String name : List.of("detector.zip", "history.csv", "history.html")) {
      Files.writeString(folder.resolve(name), "of an earlier run");
    }
    Cli.Result diverged = train(dataset, "DmyT", 1e30, output);
    assertEquals(1, diverged.code(), diverged.all());
    assertTrue(diverged.err().contains("try a lower learning rate than 1.0E30"), diverged.err());
    assertFalse(diverged.out().contains("Kept"), diverged.out());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("data", "detector.zip", "history.csv", "history.html"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
    for (String name : List.of("detector.zip", "history.csv", "history.html")) {
      assertEquals("of an earlier run", Files.readString(folder.resolve(name)), name);
    }
  }

  @Test
  void whereNothingCanBeWrittenNothingIsTrained() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    Path file = Files.writeString(folder.resolve("file"), "kept");
    Path taken = Files.createDirectory(folder.resolve("taken.zip"));
    Map<Path, String> messages =
        Map.of(
            taken,
            "is in the way",
            file.resolve("detector.zip"),
            "is in the way",
            folder,
            "holds other files already");
    for (Map.Entry<Path, String> each : messages.entrySet()) {
      Cli.Result refused = train(dataset, "DmyT", each.getKey());
      assertEquals(1, refused.code(), refused.all());
      assertTrue(refused.err().contains(each.getValue()), refused.err());
      assertFalse(refused.out().contains("epoch"), refused.out());
    }
    assertEquals("kept", Files.readString(file));
  }

  /** Such losses as this run's once had the chart computed for ever. */
  @Test
  @Timeout(300)
  void chartsEnormousLosses() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    Path output = folder.resolve("detector.zip");
    Cli.Result trained = train(dataset, "Triplet", 1e5, output);
    String page = Files.readString(output.resolveSibling("history.html"));
    assertTrue(page.contains("<svg"), trained.all());
    assertFalse(trained.err().contains("not up to date"), trained.err());
  }
}
