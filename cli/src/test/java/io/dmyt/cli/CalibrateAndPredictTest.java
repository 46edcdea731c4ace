package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.OperatingPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    for (String figure :
        List.of("log loss", "calibration error", "threshold", "false positive", "true positive")) {
      assertTrue(result.out().contains(figure), result.out());
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
    assertTrue(result.err().contains("of 8 real images"), result.err());
    assertTrue(result.err().contains("takes 100"), result.err());
  }
}
