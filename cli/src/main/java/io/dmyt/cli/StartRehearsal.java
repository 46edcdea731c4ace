package io.dmyt.cli;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Preprocessing;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Pictures;
import io.dmyt.loss.Dummies;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads the classes of a typical start: saves a small untrained detector and has {@code dmyt
 * predict} judge one image with it. The launchers run this once, with the JVM's {@code
 * -XX:ArchiveClassesAtExit}, to make the class-data archive with which later starts are faster.
 */
final class StartRehearsal {
  private static final int IMAGE_SIZE = 64;

  private StartRehearsal() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("dmyt-start");
    Path weights = folder.resolve("detector.zip");
    Path image = folder.resolve("image.jpg");
    int code;
    try {
      save(weights);
      BufferedImage black = new BufferedImage(IMAGE_SIZE, IMAGE_SIZE, BufferedImage.TYPE_INT_RGB);
      AtomicFile.write(image, out -> Pictures.writeJpeg(black, 0.75, out));
      PrintStream nowhere =
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
      code =
          Main.run(
              new String[] {"predict", "-w", weights.toString(), image.toString()},
              new Terminal(nowhere, nowhere, false));
    } finally {
      Files.deleteIfExists(image);
      Files.deleteIfExists(weights);
      Files.deleteIfExists(folder);
    }
    // ND4J leaves threads behind that are no daemons.
    System.exit(code);
  }

  private static void save(Path file) throws IOException {
    List<String> classes = List.of("fake", "real");
    try (Detector detector =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(IMAGE_SIZE),
                LossKind.DMYT,
                Dummies.of(classes, 512),
                null),
            1)) {
      detector.save(file);
    }
  }
}
