package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.serde.json.JsonMappers;

class DummiesTest {
  private static final List<String> FOLDERS =
      List.of("Deepfakes", "Face2Face", "FaceShifter", "FaceSwap", "NeuralTextures", "original");

  @Test
  void presetsFollowTheNamesWhateverTheirOrderAndSpelling() {
    Dummies sorted = Dummies.of(FOLDERS, 2048);
    assertEquals(new Slice(1024, 1228), sorted.ones(0));
    assertEquals(new Slice(1843, 2048), sorted.ones(1));
    List<String> shuffled = new ArrayList<>(FOLDERS);
    Collections.shuffle(shuffled, new Random(1));
    Dummies other = Dummies.of(shuffled, 2048);
    for (String name : FOLDERS) {
      assertEquals(sorted.ones(FOLDERS.indexOf(name)), other.ones(shuffled.indexOf(name)), name);
    }
    assertEquals(
        Dummies.of(List.of("real", "FACE_SWAP", "re-enactments"), 10).ones(),
        Dummies.of(List.of("Pristine", "face swap", "Reenactment"), 10).ones());
  }

  @Test
  void otherClassesShareTheSecondHalfInTheirOrder() {
    Dummies dummies = Dummies.of(List.of("b", "real", "a", "c"), 12);
    assertEquals(
        List.of(new Slice(6, 8), new Slice(0, 6), new Slice(8, 10), new Slice(10, 12)),
        dummies.ones());
    assertEquals(new Slice(6, 12), dummies.ones(4));
    assertArrayEquals(new int[] {1, 4, 1, 1}, dummies.antagonists());
  }

  /** A known set with one class more or less is no preset: equal shares in the given order. */
  @Test
  void almostAPresetIsNone() {
    Dummies dummies = Dummies.of(List.of("Reenactment", "Face-Swap", "Other", "Real"), 12);
    assertEquals(new Slice(6, 8), dummies.ones(0));
    assertEquals(new Slice(8, 10), dummies.ones(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"real", "REAL", "Originals", "pristine", "genuine", "Bona-fide"})
  void findsTheRealClassByName(String name) {
    assertEquals(1, Dummies.of(List.of("fake", name), 8).realIndex());
    assertEquals(0, Dummies.of(List.of(name, "zz-fake"), 8).realIndex());
  }

  @Test
  void takesTheRealClassThatIsGiven() {
    List<String> classes = List.of("a", "B", "original");
    assertEquals(1, Dummies.of(classes, "B", 8).realIndex());
    assertEquals(1, Dummies.of(classes, "b", 8).realIndex());
    assertFault("'c'", () -> Dummies.of(classes, "c", 8));
  }

  @Test
  void saysWhatIsWrong() {
    assertFault("none of the classes [a, b]", () -> Dummies.of(List.of("a", "b"), 8));
    assertFault("more than one", () -> Dummies.of(List.of("real", "original"), 8));
    assertFault("at least one fake", () -> Dummies.of(List.of("real"), 8));
    assertFault("named twice", () -> Dummies.of(List.of("real", "a", "a"), 8));
    assertFault("without a name", () -> Dummies.of(List.of("real", " "), 8));
    assertFault(
        "no room for the dummy of class 'b'", () -> Dummies.of(List.of("b", "c", "real"), 2));
    assertFault("no room", () -> Dummies.of(List.of("fake", "real"), 0));
    List<String> two = List.of("fake", "real");
    assertFault("gap", () -> new Dummies(two, 8, 1, List.of(new Slice(5, 8), new Slice(0, 4))));
    assertFault("overlap", () -> new Dummies(two, 8, 1, List.of(new Slice(3, 8), new Slice(0, 4))));
    assertFault(
        "cover [0, 7)", () -> new Dummies(two, 8, 1, List.of(new Slice(4, 7), new Slice(0, 4))));
    assertFault("slices", () -> new Dummies(two, 8, 1, List.of(new Slice(0, 8))));
    assertFault("index 2", () -> new Dummies(two, 8, 2, List.of(new Slice(4, 8), new Slice(0, 4))));
    assertFault(
        "at an end",
        () ->
            new Dummies(
                List.of("a", "real", "b"),
                3,
                1,
                List.of(new Slice(0, 1), new Slice(1, 2), new Slice(2, 3))));
    assertFault("[3, 3)", () -> new Slice(3, 3));
    assertFault("[-1, 3)", () -> new Slice(-1, 3));
    assertFault("dummy 2 of 2", () -> Dummies.of(two, 8).ones(2));
    assertFault("[batch, 8]", () -> Dummies.of(two, 8).predict(Nd4j.zeros(2, 7)));
  }

  @ParameterizedTest
  @CsvSource({"FLOAT", "DOUBLE", "HALF"})
  void scoresAreTheMeansOfTheDummiesParts(DataType type) {
    Dummies dummies = Dummies.of(List.of("a", "b", "real"), 8);
    INDArray embeddings =
        Nd4j.createFromArray(
                new double[][] {{1, 2, 3, 4, 6, 8, 0, 1}, {0, 0, 0, 0, -1, -1, -2, -1}})
            .castTo(type);
    assertArrayEquals(
        new double[] {7, 0.5, 2.5, -1, -1.5, 0}, Batches.doubles(dummies.scores(embeddings)), 1e-6);
    assertArrayEquals(
        new double[] {2.5, 3.75, 0, -1.25}, Batches.doubles(dummies.rootScores(embeddings)), 1e-6);
    assertArrayEquals(new int[] {0, 2}, dummies.predict(embeddings));
    assertArrayEquals(new int[] {0}, dummies.predict(embeddings.getRow(0, true)));
  }

  @Test
  void distancesAreThoseOfTheLoss() {
    INDArray one = Nd4j.createFromArray(new double[][] {{3, 0, 0, 4}});
    double[] euclidean = Batches.doubles(Dummies.of(List.of("fake", "real"), 4).distances(one));
    assertArrayEquals(new double[] {Math.sqrt(19), Math.sqrt(21)}, euclidean, 1e-5);
    double[] cosines = Batches.doubles(Dummies.of(List.of("a", "b", "real"), 4).distances(one));
    double half = Math.sqrt(0.5);
    assertArrayEquals(new double[] {0, -0.8, -0.6 * half, -0.8 * half}, cosines, 1e-12);
  }

  @Test
  void survivesBothJacksonsAndJavaSerialisation() throws Exception {
    Dummies dummies = Dummies.of(FOLDERS, 37);
    ObjectMapper ordinary = new ObjectMapper();
    assertEquals(dummies, ordinary.readValue(ordinary.writeValueAsString(dummies), Dummies.class));
    String shaded = JsonMappers.getMapper().writeValueAsString(dummies);
    assertEquals(dummies, JsonMappers.getMapper().readValue(shaded, Dummies.class));
    assertEquals(ordinary.readTree(shaded), ordinary.valueToTree(dummies));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(dummies);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertEquals(dummies, in.readObject());
    }
  }

  @Test
  void readingChecks() {
    String json =
        """
        {"classes": ["fake", "real"], "size": 8, "realIndex": 1,
         "ones": [{"from": 5, "to": 8}, {"from": 0, "to": 4}]}""";
    Exception e =
        assertThrows(Exception.class, () -> new ObjectMapper().readValue(json, Dummies.class));
    assertTrue(e.getMessage().contains("gap"), e.getMessage());
  }

  @Test
  void inverseFrequencyMakesClassesEqual() {
    double[] weights = LabelWeights.inverseFrequency(30, 10);
    Golden.assertClose(2.0 / 3, weights[0], 1e-12, 0, "weight");
    assertEquals(2, weights[1]);
    assertArrayEquals(new double[] {1, 1, 1}, LabelWeights.inverseFrequency(7, 7, 7));
    assertFault("[3, 0]", () -> LabelWeights.inverseFrequency(3, 0));
    assertFault("[]", LabelWeights::inverseFrequency);
  }

  static void assertFault(String part, org.junit.jupiter.api.function.Executable code) {
    String message = assertThrows(IllegalArgumentException.class, code).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }
}
