package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Each recipe from the command line: it trains, saves, resumes, and says which it was. */
class RecipesTest {
  private static final String VIT = "vit_tiny_patch16_224";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"reference", "dmyt", "sbi", "gend", "dmyt-gend"})
  void trainsSavesAndResumes(String recipe) throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path run = folder.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train",
            "--recipe",
            recipe,
            "-d",
            data,
            "-o",
            run,
            "-e",
            1,
            "-b",
            4,
            "--image-size",
            32,
            "--pretrained",
            "none",
            "-m",
            recipe.contains("gend") ? VIT : "tf_mobilenetv3_small_minimal_100");
    assertEquals(0, trained.code(), trained.all());
    Cli.Result more = Cli.run("train", "--resume", run, "-e", 3, "--keep", 2);
    assertEquals(0, more.code(), more.all());
    assertTrue(more.err().contains("--epoch 3 (was 1)"), more.err());
    List<String> epochs = Files.readAllLines(run.resolve("history.csv"));
    assertEquals(4, epochs.size());
    assertComparedByAuc(config(run), trained.out(), epochs);
    try (Stream<Path> files = Files.list(run)) {
      long kept = files.filter(f -> f.getFileName().toString().startsWith("epoch-")).count();
      assertTrue(kept >= 1 && kept <= 2, kept + " kept");
    }
    String config = config(run);
    assertTrue(config.contains("recipe: " + recipe), config);
    assertTrue(config.contains(recipe.equals("sbi") ? "sam: 0.05" : "sam: 0.0"), config);
    String info = Cli.run("info", "-w", run.resolve("best.zip")).all();
    assertTrue(info.contains("recipe " + recipe), info);
    if (recipe.contains("gend")) {
      assertTrue(config.contains("train-only: norm"), config);
      assertUsable(run.resolve("best.zip"), data, recipe);
    }
  }

  private static String config(Path run) throws IOException {
    return Files.readString(run.resolve("config.yaml"));
  }

  /** What epochs are compared by stands in the line of an epoch and in the history. */
  private static void assertComparedByAuc(String config, String line, List<String> epochs) {
    assertEquals(config.contains("best-by: auc"), line.contains(", ROC AUC "), line);
    int column = List.of(epochs.get(0).split(",", -1)).indexOf("valid_score");
    for (String epoch : epochs.subList(1, epochs.size())) {
      double score = Double.parseDouble(epoch.split(",", -1)[column]);
      assertTrue(score >= 0 && score <= 1, epoch);
    }
  }

  /** Test and predict; embeddings have length 1, also in a file of another kind. */
  private void assertUsable(Path detector, Path data, String recipe) throws Exception {
    Path tensors = folder.resolve("detector.safetensors");
    assertEquals(0, Cli.run("convert", detector, tensors).code());
    for (Path file : List.of(detector, tensors)) {
      Cli.Result tested = Cli.run("test", "-w", file, "-d", data);
      assertEquals(0, tested.code(), tested.all());
      Path csv = folder.resolve("predictions.csv");
      Cli.Result predicted =
          Cli.run("predict", "-w", file, data.resolve("valid/fake"), "--csv", csv);
      assertEquals(0, predicted.code(), predicted.all());
      try (Detector opened = Detector.load(file);
          INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32)) {
        assertEquals(recipe.equals("gend") ? "GenD" : "DmyT-GenD", opened.spec().loss().label());
        double[] lengths = opened.embed(images).norm2(1).toDoubleVector();
        assertArrayEquals(new double[] {1, 1}, lengths, 1e-5);
        INDArray answers = opened.features(images);
        assertArrayEquals(
            answers.ravel().toDoubleVector(),
            opened.featuresOf(opened.embed(images)).ravel().toDoubleVector(),
            1e-4);
      }
    }
  }

  @Test
  void wrongNamesAreSaid() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    say("reference, dmyt, sbi", "train", "-d", data, "--recipe", "soup");
    say("m-per-class", "train", "-d", data, "--sampler", "random", "--pretrained", "none");
    say(
        "no augmentation named \"rain\"",
        "train",
        "-d",
        data,
        "--augment",
        "rain",
        "--pretrained",
        "none");
    say("--video-by", "train", "-d", data, "--frames-per-video", 1, "--pretrained", "none");
    say("balanced-accuracy", "train", "-d", data, "--best-by", "luck");
    say(
        "--label-smoothing needs --loss CrossEntropy",
        "train",
        "-d",
        data,
        "--label-smoothing",
        0.1,
        "--pretrained",
        "none");
    say(
        "take one of them",
        "train",
        "-d",
        data,
        "--sam",
        0.1,
        "--accumulate",
        2,
        "--pretrained",
        "none");
  }

  private void say(String what, Object... arguments) {
    Object[] small =
        Stream.concat(
                Stream.of(arguments),
                Stream.of(
                    "-m",
                    "tf_mobilenetv3_small_minimal_100",
                    "--image-size",
                    32,
                    "-o",
                    folder.resolve("none.zip")))
            .toArray();
    Cli.Result result = Cli.run(small);
    assertEquals(2, result.code(), result.all());
    assertTrue(result.err().contains(what), result.err());
  }

  @Test
  void aSheetShowsWhatAugmentationDoes() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path sheet = folder.resolve("sheet.png");
    Cli.Result drawn =
        Cli.run(
            "train",
            "-d",
            data,
            "--augment",
            "degrade",
            "--self-blend",
            1,
            "--preview-augment",
            sheet);
    assertEquals(0, drawn.code(), drawn.all());
    assertEquals(8 * 128, ImageIO.read(sheet.toFile()).getWidth());
    assertTrue(Files.notExists(folder.resolve("detector.zip")));
  }
}
