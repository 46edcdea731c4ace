package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Images as PIL decodes and resizes them, in every encoding that the reference values have. */
class ImageGoldenTest {
  private static final Set<String> KEYS =
      Set.of("source", "mode", "width", "height", "size", "expected");

  @TestFactory
  List<DynamicTest> imagesAreDecodedAndResizedAsByPil() {
    Path index = Golden.path("images/index.json");
    Assumptions.assumeTrue(Files.exists(index), "No images/index.json among the golden values");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : Golden.read(index)) {
      tests.add(dynamicTest(entry.path("expected").asText("?"), () -> check(entry)));
    }
    return tests;
  }

  private static void check(JsonNode entry) throws IOException {
    Set<String> keys = new TreeSet<>();
    entry.fieldNames().forEachRemaining(keys::add);
    assertEquals(new TreeSet<>(KEYS), keys, "keys of an entry in index.json");
    Path source = Golden.path("images/source/" + entry.get("source").textValue());
    Path expectedFile = Golden.path("images/expected/" + entry.get("expected").textValue());
    int size = entry.get("size").intValue();
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(size))) {
      RgbImage image = decoder.rgb(source);
      assertEquals(entry.get("width").intValue(), image.width(), "width");
      assertEquals(entry.get("height").intValue(), image.height(), "height");
      assertNear(readPng(expectedFile), image.resize(size, size), expectedFile.toString());
      assertNear(
          readPng(expectedFile),
          ImageDecoderTest.denormalised(decoder.decode(source), Preprocessing.imageNet(size)),
          expectedFile + " as network input");
    }
  }

  @Test
  void everySourceAndExpectedImageIsInTheIndex() throws IOException {
    Path index = Golden.path("images/index.json");
    Assumptions.assumeTrue(Files.exists(index), "No images/index.json among the golden values");
    Set<String> sources = new TreeSet<>();
    Set<String> expected = new TreeSet<>();
    for (JsonNode entry : Golden.read(index)) {
      sources.add(entry.get("source").textValue());
      expected.add(entry.get("expected").textValue());
    }
    assertEquals(names("images/source"), sources);
    assertEquals(names("images/expected"), expected);
  }

  @TestFactory
  List<DynamicTest> brokenFilesAreRefused() {
    List<Path> broken = Golden.list("images/broken", "");
    Assumptions.assumeFalse(broken.isEmpty(), "No images/broken among the golden values");
    return broken.stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> checkRefused(file)))
        .toList();
  }

  private static void checkRefused(Path file) {
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(8))) {
      BadImageException e = assertThrows(BadImageException.class, () -> decoder.rgb(file));
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
      assertEquals(file.toString(), e.file());
    }
  }

  private static Set<String> names(String folder) {
    Set<String> names = new TreeSet<>();
    Golden.list(folder, "").forEach(f -> names.add(f.getFileName().toString()));
    return names;
  }

  /** Read by the JDK, so that nothing of ours is on the expected side. */
  private static RgbImage readPng(Path file) throws IOException {
    return ImageDecoderTest.toRgb(ImageIO.read(file.toFile()));
  }

  private static void assertNear(RgbImage expected, RgbImage actual, String what) {
    assertEquals(expected.width(), actual.width(), what + ": width");
    assertEquals(expected.height(), actual.height(), what + ": height");
    int worst = 0;
    long sum = 0;
    for (int i = 0; i < expected.pixels().length; i++) {
      int difference = Math.abs((expected.pixels()[i] & 0xff) - (actual.pixels()[i] & 0xff));
      worst = Math.max(worst, difference);
      sum += difference;
    }
    double mean = (double) sum / expected.pixels().length;
    assertTrue(worst <= 1, what + ": largest difference " + worst);
    assertTrue(mean < 0.05, what + ": mean difference " + mean);
  }
}
