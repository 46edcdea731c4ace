package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory does not grow with the number of pictures or epochs.
 *
 * <p>The commands run in a Java of their own, whose heap is all resident from the start, so that
 * the process's peak grows by native memory alone. Usually 2,000 pictures are held against 200, and
 * 20 epochs against 5; with {@code -Ddmyt.soak=true} 20,000 against 2,000, and 100 against 10.
 */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final boolean WHOLE = Boolean.getBoolean("dmyt.soak");
  private static final long LIMIT = 50L << 20;
  private static final int IMAGE_SIZE = 64;

  @TempDir Path folder;

  @Test
  void predictingManyPicturesTakesTheMemoryOfAFew() throws Exception {
    assertFlat("predict", WHOLE ? 2_000 : 200, WHOLE ? 20_000 : 2_000);
  }

  @Test
  void manyEpochsTakeTheMemoryOfAFew() throws Exception {
    assertFlat("train", WHOLE ? 10 : 5, WHOLE ? 100 : 20);
  }

  private void assertFlat(String command, int few, int many) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms400m",
                "-Xmx400m",
                "-XX:+AlwaysPreTouch",
                "-Dorg.bytedeco.javacpp.maxbytes=4g",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                SoakTest.class.getName(),
                folder.toString(),
                command,
                Integer.toString(few),
                Integer.toString(many))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    // As the launcher has it.
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    Process java = builder.start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    List<Long> peaks =
        output
            .lines()
            .filter(line -> line.startsWith("resident "))
            .map(line -> Long.valueOf(line.substring("resident ".length())))
            .toList();
    assertEquals(3, peaks.size(), output);
    long growth = peaks.get(2) - peaks.get(1);
    System.out.println(
        Text.format("%s %d and %d: the peak grew by %d MB", command, few, many, growth >> 20));
    assertTrue(growth < LIMIT, () -> "grew by " + growth + " bytes: " + output);
  }

  /** Runs the command with few, then with many, and prints the process's peak after each. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    boolean trains = arguments[1].equals("train");
    Path dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 24);
    Path detector = folder.resolve("detector.zip");
    train(dataset, detector, 1);
    // The first run is not measured: it compiles, which takes memory too.
    for (String count : List.of(arguments[2], arguments[2], arguments[3])) {
      int n = Integer.parseInt(count);
      if (trains) {
        train(dataset, detector, n);
      } else {
        succeed(
            "predict",
            "-w",
            detector,
            pictures(dataset, folder.resolve(count), n),
            "--csv",
            folder.resolve("verdicts.csv"));
      }
      System.out.println("resident " + peak());
    }
    // ND4J leaves threads behind that are no daemons.
    System.exit(0);
  }

  private static void train(Path dataset, Path output, int epochs) {
    succeed(
        "train",
        "-d",
        dataset,
        "-o",
        output,
        "-m",
        "mobilenetv3_small_100",
        "--image-size",
        IMAGE_SIZE,
        "-e",
        epochs,
        "--pretrained",
        "none");
  }

  private static void succeed(Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    if (result.code() != 0) {
      throw new IllegalStateException(result.all());
    }
  }

  /** So many names of one picture. */
  private static Path pictures(Path dataset, Path folder, int count) throws IOException {
    if (Files.exists(folder)) {
      return folder;
    }
    Files.createDirectories(folder);
    Path picture = dataset.resolve("test/fake/00.png");
    for (int i = 0; i < count; i++) {
      Files.createLink(folder.resolve(Text.format("%05d.png", i)), picture);
    }
    return folder;
  }

  private static long peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
