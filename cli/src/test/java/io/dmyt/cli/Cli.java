package io.dmyt.cli;

import io.dmyt.cli.output.Terminal;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Runs the command line within the test, and makes data sets for it. */
final class Cli {
  /** What a run left. */
  record Result(int code, String out, String err) {
    String all() {
      return out + err;
    }
  }

  private Cli() {}

  static Result run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new),
            new Terminal(stream(out), stream(err), false));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** A data set whose classes differ in colour: so many images of 32 × 32 per class and split. */
  static Path dataset(Path folder, List<String> classes, int perClass) throws IOException {
    Random random = new Random(5);
    for (String split : List.of("train", "valid", "test")) {
      for (int k = 0; k < classes.size(); k++) {
        Path images = Files.createDirectories(folder.resolve(split).resolve(classes.get(k)));
        for (int i = 0; i < perClass; i++) {
          picture(images.resolve("%02d.png".formatted(i)), k / (float) classes.size(), random);
        }
      }
    }
    return folder;
  }

  private static void picture(Path file, float hue, Random random) throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    for (int i = 0; i < 40; i++) {
      g.setColor(
          Color.getHSBColor(
              hue + 0.05f * random.nextFloat(), 0.8f, 0.4f + 0.6f * random.nextFloat()));
      g.fillRect(random.nextInt(32), random.nextInt(32), 8, 8);
    }
    g.dispose();
    ImageIO.write(image, "png", file.toFile());
  }
}
