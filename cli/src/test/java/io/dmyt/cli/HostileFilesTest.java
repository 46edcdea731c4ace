package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Detectors made to harm, given to the command line in a process of its own with 512 MB: one line,
 * exit code 1, and where the zip's directory shows it, before ND4J is loaded.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class HostileFilesTest {
  private static final String BACKBONE = "{\"format\": 1, \"backbone\": \"resnet18\"}";

  @TempDir Path folder;

  private Path images;
  private Path detector;
  private Path loaded;

  @BeforeEach
  void places() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    Files.createFile(images.resolve("a.png"));
    detector = folder.resolve("detector.zip");
    loaded = folder.resolve("loaded.txt");
  }

  private void zip(String entry, byte[] content, int times) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(detector))) {
      zip.putNextEntry(new ZipEntry("dmyt.json"));
      zip.write(BACKBONE.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry(entry));
      for (int i = 0; i < times; i++) {
        zip.write(content);
      }
    }
  }

  private void refuse(String why, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Xlog:class+load:file=" + loaded));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.dmyt.cli.Main"));
    command.addAll(List.of(arguments));
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    int code = process.waitFor();
    String text = Files.readString(said);
    assertEquals(1, code, text);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.contains(why) && text.contains("detector.zip"), text);
  }

  private void assertNd4jStayedOut() throws IOException {
    String classes = Files.readString(loaded);
    assertTrue(classes.contains("io.dmyt.internal.ZipArchive"), "no log of classes");
    assertFalse(classes.contains(" org.nd4j.linalg.factory.Nd4j "), "ND4J was loaded");
  }

  @Test
  void whatTheDirectoryShowsIsRefusedBeforeNd4jIsLoaded() throws Exception {
    zip("coefficients.bin", new byte[1 << 20], 200);
    refuse("more than 200 to 1", "predict", "-w", detector.toString(), images.toString());
    assertNd4jStayedOut();
    refuse("more than 200 to 1", "info", "-w", detector.toString());
    assertNd4jStayedOut();
    zip("../evil.txt", new byte[1], 1);
    refuse("leads out of a folder", "predict", "-w", detector.toString(), images.toString());
    assertNd4jStayedOut();
  }

  @Test
  void aForeignClassIsRefused() throws Exception {
    String foreign = "{\"vertices\": {\"conv1\": {\"@class\": \"javax.swing.JEditorPane\"}}}";
    zip("configuration.json", foreign.getBytes(StandardCharsets.UTF_8), 1);
    refuse(
        "not a graph of resnet18",
        "convert",
        detector.toString(),
        folder.resolve("out.safetensors").toString());
    assertFalse(Files.readString(loaded).contains("JEditorPane"), "the class was loaded");
  }
}
