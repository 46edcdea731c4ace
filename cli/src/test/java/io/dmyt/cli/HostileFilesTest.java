package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  private record Said(int code, String text) {}

  private Said dmyt(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Xlog:class+load:file=" + loaded));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.dmyt.cli.Main"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    return new Said(process.waitFor(), Files.readString(said));
  }

  private void refuse(String why, Object... arguments) throws IOException, InterruptedException {
    Said said = dmyt(arguments);
    assertEquals(1, said.code(), said.text());
    assertEquals(1, said.text().lines().count(), said.text());
    assertTrue(said.text().contains(why) && said.text().contains("detector.zip"), said.text());
  }

  private void refuseWithoutNd4j(String why, Object... arguments)
      throws IOException, InterruptedException {
    refuse(why, arguments);
    String classes = Files.readString(loaded);
    assertTrue(classes.contains("io.dmyt.internal.ZipArchive"), "no log of classes");
    assertFalse(classes.contains(" org.nd4j.linalg.factory.Nd4j "), "ND4J was loaded");
  }

  /** Changes the file's bytes, in Latin-1, wherever the text stands. */
  private void patch(String text, String other) throws IOException {
    String bytes = Files.readString(detector, StandardCharsets.ISO_8859_1);
    assertTrue(bytes.contains(text), "nothing to change");
    Files.writeString(detector, bytes.replace(text, other), StandardCharsets.ISO_8859_1);
  }

  /** Gives the entry that was written last another size in the zip's directory. */
  private void claim(int size) throws IOException {
    byte[] bytes = Files.readAllBytes(detector);
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int last = bytes.length - 1;
    while (zip.getInt(last - 3) != 0x02014b50) {
      last--;
    }
    zip.putInt(last - 3 + 24, size);
    Files.write(detector, bytes);
  }

  /** Whichever command opens it; a size of 4 GB stands for all that no memory holds. */
  @Test
  void whatTheDirectoryShowsIsRefusedBeforeNd4jIsLoaded() throws Exception {
    Object[] predict = {"predict", "-w", detector, images};
    zip("coefficients.bin", new byte[1 << 20], 200);
    String ratio = "more than 200 to 1";
    refuseWithoutNd4j(ratio, predict);
    refuseWithoutNd4j(ratio, "info", "-w", detector);
    refuseWithoutNd4j(ratio, "convert", detector, folder.resolve("out.safetensors"));
    refuseWithoutNd4j(ratio, "train", "-d", images, "-m", "resnet18", "--pretrained", detector);
    refuseWithoutNd4j(ratio, "embed", images, "-w", detector, "-o", folder.resolve("e.npy"));
    zip("coefficients.bin", "few".getBytes(StandardCharsets.UTF_8), 1);
    claim(0xfffffffe);
    refuseWithoutNd4j(ratio, predict);
    zip("../evil.txt", new byte[1], 1);
    refuseWithoutNd4j("leads out of a folder", predict);
    zip("dmyt.jsoX", new byte[1], 1);
    patch("dmyt.jsoX", "dmyt.json");
    refuseWithoutNd4j("two entries named 'dmyt.json'", predict);
  }

  @Test
  void aForeignClassIsRefused() throws Exception {
    String foreign = "{\"vertices\": {\"conv1\": {\"@class\": \"javax.swing.JEditorPane\"}}}";
    zip("configuration.json", foreign.getBytes(StandardCharsets.UTF_8), 1);
    refuse("not a graph of resnet18", "convert", detector, folder.resolve("out.safetensors"));
    assertFalse(Files.readString(loaded).contains("JEditorPane"), "the class was loaded");
  }

  /** A sound detector, to be changed. */
  private void save() throws IOException {
    List<String> classes = List.of("fake", "real");
    DetectorSpec spec =
        new DetectorSpec(
            "mobilenetv3_small_100",
            classes,
            "real",
            Preprocessing.imageNet(32),
            LossKind.DMYT,
            Dummies.of(classes, 1024),
            null);
    try (Detector sound = Detector.create(spec, 3, Engines.dl4j())) {
      sound.save(detector);
    }
  }

  /** DL4J's own reader makes an object of it, which takes longer than the universe will last. */
  @Test
  void aSerialisedBombIsNamedAndIgnored() throws Exception {
    save();
    Set<Object> root = new HashSet<>();
    Set<Object> one = root;
    Set<Object> two = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Set<Object> nextOne = new HashSet<>(Set.of("a"));
      Set<Object> nextTwo = new HashSet<>();
      one.addAll(List.of(nextOne, nextTwo));
      two.addAll(List.of(nextOne, nextTwo));
      one = nextOne;
      two = nextTwo;
    }
    try (FileSystem zip = FileSystems.newFileSystem(detector);
        ObjectOutputStream out =
            new ObjectOutputStream(Files.newOutputStream(zip.getPath("preprocessor.bin")))) {
      out.writeObject(root);
    }
    Said said = dmyt("info", "-w", detector);
    assertEquals(0, said.code(), said.text());
    assertTrue(said.text().contains("ignored unknown entries: 'preprocessor.bin'"), said.text());
    assertTrue(said.text().contains("mobilenetv3_small_100"), said.text());
  }

  @Test
  void coefficientsThatAreCutShortAreRefused() throws Exception {
    save();
    try (FileSystem zip = FileSystems.newFileSystem(detector)) {
      Path values = zip.getPath("coefficients.bin");
      byte[] whole = Files.readAllBytes(values);
      Files.write(values, Arrays.copyOf(whole, whole.length - 4));
    }
    refuse("cut short", "info", "-w", detector);
    refuse("cut short", "convert", detector, folder.resolve("out.safetensors"));
  }
}
