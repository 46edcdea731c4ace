package io.dmyt.loss;

import static io.dmyt.loss.DummiesTest.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DummyLayoutTest {
  @TempDir Path dir;

  @Test
  void readsWhatTheJavadocShows() throws IOException {
    DummyLayout layout =
        read(
            """
            {
              "real": "original",
              "dummies": {
                "original":  [0, 0.5],
                "Deepfakes": [0.5, 0.75],
                "FaceSwap":  [0.75, 1]
              }
            }
            """);
    Dummies dummies = Dummies.of(List.of("Deepfakes", "FaceSwap", "original"), layout, 10);
    assertEquals(2, dummies.realIndex());
    assertEquals(List.of(new Slice(5, 7), new Slice(7, 10), new Slice(0, 5)), dummies.ones());
  }

  @Test
  void theRealClassMayHaveTheOtherEndAndAnyShare() throws IOException {
    DummyLayout layout =
        read("{'real': 'r', 'dummies': {'a': [0, 0.1], 'b': [0.1, 0.25], 'r': [0.25, 1]}}");
    Dummies dummies = Dummies.of(List.of("a", "b", "r"), layout, 100);
    assertEquals(new Slice(25, 100), dummies.ones(2));
    assertEquals(new Slice(0, 25), dummies.ones(3));
    assertArrayEquals(new int[] {2, 2, 3}, dummies.antagonists());
  }

  @ParameterizedTest
  @CsvSource({"2", "10", "37", "512", "1280", "1792", "2048"})
  void anyDummiesReturnFromTheirLayout(int size) throws IOException {
    for (List<String> classes :
        List.of(
            List.of("fake", "real"),
            List.of("a", "b", "c", "real"),
            List.of("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "original"))) {
      if (size >= 2 * (classes.size() - 1)) {
        Dummies dummies = Dummies.of(classes, size);
        Path file = dir.resolve("layout.json");
        dummies.layout().write(file);
        assertEquals(dummies, Dummies.of(classes, DummyLayout.read(file), size));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not json | not JSON",
        "{'real': 'r', | not JSON",
        "{'real': 'r', 'dummies': {'a': [0.5, 1], 'a': [0.5, 1], 'r': [0, 0.5]}} | not JSON: Dupl",
        "{'real': 'r', 'dummies': {'a': [0.5, 1], 'r': [0, 0.5]}} more | not JSON",
        "[] | object with 'real' and 'dummies'",
        "{'dummies': {'a': [0.5, 1], 'r': [0, 0.5]}} | 'real' must be the name",
        "{'real': 'r'} | 'dummies' must be",
        "{'real': 'r', 'dummy': {}} | unknown entry 'dummy'",
        "{'real': 'x', 'dummies': {'a': [0.5, 1], 'r': [0, 0.5]}} | real class 'x' has no dummy",
        "{'real': 'r', 'dummies': {'r': [0, 1]}} | at least one fake",
        "{'real': 'r', 'dummies': {'a': [0.4, 1], 'r': [0, 0.5]}} | 'r' and 'a' overlap between 0.4 and 0.5",
        "{'real': 'r', 'dummies': {'a': [0.6, 1], 'r': [0, 0.5]}} | the part from 0.5 to 0.6",
        "{'real': 'r', 'dummies': {'a': [0.5, 0.9], 'r': [0, 0.5]}} | the part from 0.9 to 1.0",
        "{'real': 'r', 'dummies': {'a': [0.5, 1], 'r': [0.1, 0.5]}} | the part from 0.0 to 0.1",
        "{'real': 'r', 'dummies': {'a': [0, 0.3], 'r': [0.3, 0.5], 'b': [0.5, 1]}} | at an end",
        "{'real': 'r', 'dummies': {'a': [0.5, 1.5], 'r': [0, 0.5]}} | class 'a': [0.5, 1.5]",
        "{'real': 'r', 'dummies': {'a': [1, 0.5], 'r': [0, 0.5]}} | class 'a': [1.0, 0.5]",
        "{'real': 'r', 'dummies': {'a': [0.5], 'r': [0, 0.5]}} | class 'a': two numbers",
        "{'real': 'r', 'dummies': {'a': ['x', 1], 'r': [0, 0.5]}} | class 'a': two numbers",
        "{'real': 'r', 'dummies': {'a': 0.5, 'r': [0, 0.5]}} | class 'a': two numbers"
      },
      quoteCharacter = '`')
  void saysWhatAndWhere(String json, String fault) {
    assertFault(fault, () -> read(json));
    assertFault(dir.resolve("broken.json").toString(), () -> read(json));
  }

  @Test
  void emptyAndMissingFiles() {
    assertFault("object with 'real' and 'dummies'", () -> read(""));
    assertThrows(NoSuchFileException.class, () -> DummyLayout.read(dir.resolve("none.json")));
  }

  @Test
  void classesAreTheDetectors() throws IOException {
    DummyLayout layout = read("{'real': 'r', 'dummies': {'a': [0.5, 1], 'r': [0, 0.5]}}");
    assertFault("no dummy for class 'b'", () -> Dummies.of(List.of("a", "b", "r"), layout, 8));
    assertFault("'a', which is not a class", () -> Dummies.of(List.of("b", "r"), layout, 8));
    assertFault("size 1 has no room", () -> Dummies.of(List.of("a", "r"), layout, 1));
  }

  private DummyLayout read(String json) throws IOException {
    Path file = dir.resolve("broken.json");
    Files.writeString(file, json.replace('\'', '"'));
    return DummyLayout.read(file);
  }
}
